/** The whole page: one route, one backend, and the views between which the route chooses. */
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { Backend, CollectionInfo } from '../backend/contract.ts';
import { changed } from '../state/route.ts';
import { useOverview } from '../state/use-overview.ts';
import { useRoute } from '../state/use-route.ts';
import { useUpload } from '../state/use-upload.ts';
import { AddView } from './add-view.tsx';
import { CollectionView } from './collection-view.tsx';
import { Header } from './header.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SearchView } from './search-view.tsx';
import { TokenForm } from './token-form.tsx';
import './app.css';

export function App({ backend }: { readonly backend: Backend }) {
  const [route, go] = useRoute();
  const { overview, problem, reload, turn } = useOverview(backend);
  const [refused, setRefused] = useState(false);
  const collection =
    overview?.collections.find(({ name }) => name === route.collection) ??
    (route.collection === undefined ? overview?.collections[0] : undefined);
  const name = collection?.name;
  const send = useCallback(
    async (...[files, payload]: Parameters<Parameters<typeof useUpload>[0]>) =>
      backend.add!(name!, files, payload, new AbortController().signal),
    [backend, name],
  );
  const uploads = useUpload(send, reload);
  const model = useMemo(
    () => overview?.models.find(({ fingerprint }) => fingerprint === collection?.model),
    [overview, collection],
  );
  const onToken =
    backend.useToken &&
    ((token: string) => {
      backend.useToken!(token);
      setRefused(false);
      reload();
    });
  const wantsToken = onToken && (problem?.status === 401 || refused);
  return (
    <>
      <Header backend={backend} overview={overview} route={route} onRoute={go} />
      <main>
        {wantsToken ? (
          <TokenForm onToken={onToken} />
        ) : problem ? (
          <>
            <h1 class="unsighted">It does not work</h1>
            <ProblemNote problem={problem} onRetry={reload} />
          </>
        ) : !overview ? (
          <p class="loading quiet">Opening …</p>
        ) : !collection ? (
          <NoCollection asked={route.collection} collections={overview.collections} />
        ) : route.view === 'collection' ? (
          <CollectionView
            key={`${collection.name} ${turn}`}
            {...{ backend, collection, model, route }}
            onRoute={go}
          />
        ) : route.view === 'add' && backend.add ? (
          <AddView collection={collection} uploads={uploads} />
        ) : (
          <SearchView
            {...{ backend, collection, model, turn }}
            route={changed(route, { view: 'search' })}
            go={go}
            onRefused={() => setRefused(true)}
          />
        )}
      </main>
    </>
  );
}

interface NoCollectionProps {
  readonly asked: string | undefined;
  readonly collections: readonly CollectionInfo[];
}

function NoCollection({ asked, collections }: NoCollectionProps) {
  return (
    <div class="empty">
      <h1>{asked === undefined ? 'No collection yet' : `There is no collection “${asked}”`}</h1>
      <p class="quiet">
        {collections.length > 0
          ? `There is ${collections.map(({ name }) => name).join(', ')}.`
          : 'Make one with “unseen collection create”, and open the service with it.'}
      </p>
    </div>
  );
}
