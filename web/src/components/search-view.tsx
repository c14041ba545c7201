/** The box, the filters and the answer. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Backend, CollectionInfo, Hit, ModelInfo, Problem } from '../backend/contract.ts';
import { filterOf } from '../state/filter.ts';
import { changed, filtersOf, type Route } from '../state/route.ts';
import type { Go } from '../state/use-route.ts';
import { type Asked, problemOf, useSearch } from '../state/use-search.ts';
import { Filters } from './filters.tsx';
import { HitGrid } from './hit-grid.tsx';
import { ItemDetails } from './item-details.tsx';
import { Offers, Welcome } from './landing.tsx';
import { ProblemNote } from './problem-note.tsx';
import { type AskedPicture, QuestionAndCode } from './question.tsx';
import { SearchBox } from './search-box.tsx';

interface SearchViewProps {
  readonly backend: Backend;
  readonly collection: CollectionInfo;
  readonly model: ModelInfo | undefined;
  /** Changes when the collection may have. */
  readonly turn: number;
  readonly route: Route;
  readonly go: Go;
  /** A token is wanted. */
  readonly onRefused: () => void;
}

/** Pictures that asked, by the code that they became: the address holds the code alone. */
const askedPictures = new Map<string, AskedPicture>();

export function SearchView({ backend, collection, model, turn, route, go, onRefused }: SearchViewProps) {
  const { name } = collection;
  const { question } = route;
  const asked = useMemo(() => askedOf(route, model), [route, model]);
  const { busy, found, problem, more } = useSearch(backend, name, asked, turn);
  const [details, setDetails] = useState<Hit>();
  const [encoding, setEncoding] = useState(false);
  const [pictureProblem, setPictureProblem] = useState<Problem>();
  const refusal = [problem, pictureProblem].find((one) => one?.status === 401);
  useEffect(() => {
    if (refusal) onRefused();
  }, [refusal]);

  const ask = (next: Route): void => {
    setPictureProblem(undefined);
    go(next);
  };
  const askPicture = async (picture: File): Promise<void> => {
    setEncoding(true);
    setPictureProblem(undefined);
    try {
      const code = await backend.encodePicture(name, picture, new AbortController().signal);
      askedPictures.set(code, { address: URL.createObjectURL(picture), name: picture.name });
      go(changed(route, { question: { kind: 'code', code } }));
    } catch (error) {
      setPictureProblem(problemOf(error));
    } finally {
      setEncoding(false);
    }
  };
  const pictureOf = useCallback(
    (id: string, signal: AbortSignal) => backend.picture(name, id, signal),
    [backend, name],
  );
  const likeOf = (id: string): Route => changed(route, { question: { kind: 'item', id } });
  const shown = pictureProblem ?? problem;

  return (
    <>
      {question ? <h1 class="unsighted">Results</h1> : <Welcome collection={collection} model={model} />}
      <div class="asking">
        <SearchBox
          text={question?.kind === 'text' ? question.text : ''}
          canAskText={model?.modalities.includes('text') ?? false}
          canAskPicture={model?.modalities.includes('image') ?? false}
          onText={(text) => ask(changed(route, { question: { kind: 'text', text } }))}
          onPicture={(picture) => void askPicture(picture)}
          onClear={() => ask(changed(route, { question: undefined }))}
        />
        {question && <Filters {...{ route, collection, model }} onRoute={ask} />}
      </div>
      {encoding && (
        <p class="loading quiet" role="status">
          Reading the picture …
        </p>
      )}
      {shown && shown.status !== 401 && <ProblemNote problem={shown} />}
      {!question && <Offers {...{ route, collection, model }} onRoute={ask} />}
      {question && found && (
        <>
          <QuestionAndCode
            question={question}
            found={found}
            items={collection.items}
            busy={busy}
            asked={question.kind === 'code' ? askedPictures.get(question.code) : undefined}
            pictureOf={pictureOf}
          />
          {found.hits.length === 0 && filtersOf(route).length + route.fields.length > 0 && (
            <p class="empty">
              <button
                type="button"
                class="button"
                onClick={() =>
                  ask(
                    changed(route, {
                      className: undefined,
                      labels: undefined,
                      modality: undefined,
                      radius: undefined,
                      fields: [],
                    }),
                  )
                }
              >
                Search without filters
              </button>
            </p>
          )}
          <HitGrid
            hits={found.hits}
            code={found.page.code}
            more={found.page.more}
            {...{ model, busy, likeOf, pictureOf }}
            onRoute={ask}
            onClass={(className) => ask(changed(route, { className }))}
            onDetails={setDetails}
            onMore={more}
          />
          {details && (
            <ItemDetails
              hit={details}
              code={found.page.code}
              pictureOf={pictureOf}
              onField={(condition) => {
                setDetails(undefined);
                ask(changed(route, { fields: [...route.fields, condition] }));
              }}
              onClose={() => setDetails(undefined)}
            />
          )}
        </>
      )}
      {question && !found && busy && <p class="loading quiet">Searching …</p>}
    </>
  );
}

function askedOf(route: Route, model: ModelInfo | undefined): Asked | undefined {
  const { question, modality, radius } = route;
  if (!question) return undefined;
  const filter = filterOf(route, model);
  return {
    question,
    ...(modality && { modality }),
    ...(radius !== undefined && { radius }),
    ...(filter && { filter }),
  };
}
