/** What is searched, and the model whose codes are compared. */
import { useEffect, useState } from 'preact/hooks';
import type { Backend, CollectionInfo, Fact, ModelInfo, Problem } from '../backend/contract.ts';
import type { Route } from '../state/route.ts';
import { problemOf } from '../state/use-search.ts';
import { UnseenMark } from './hit-card.tsx';
import { ProblemNote } from './problem-note.tsx';
import { RouteLink } from './route-link.tsx';
import './collection-view.css';

interface CollectionViewProps {
  readonly backend: Backend;
  readonly collection: CollectionInfo;
  readonly model: ModelInfo | undefined;
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
}

const KINDS = { image: 'pictures', text: 'texts' } as const;

export function CollectionView({ backend, collection, model, route, onRoute }: CollectionViewProps) {
  const { facts, problem } = useFacts(backend, collection.name);
  const { name, bits, items, modalities } = collection;
  return (
    <div class="view">
      <h1>{name}</h1>
      {problem && <ProblemNote problem={problem} />}
      <div class="facts">
        <section class="panel" aria-labelledby="about-collection">
          <h2 id="about-collection">Collection</h2>
          <dl>
            <Rows
              facts={[
                ['items', items.toLocaleString('en')],
                ['a code', `${bits} bits, ${bits / 8} bytes`],
                ['asked with', modalities.map((kind) => KINDS[kind]).join(' and ') || 'codes'],
                ...facts,
              ]}
            />
          </dl>
        </section>
        <section class="panel" aria-labelledby="about-model">
          <h2 id="about-model">Model</h2>
          {model ? (
            <dl>
              <Rows
                facts={[
                  ['method', model.method],
                  ['trained on', model.dataset],
                  ['classes', `${model.classes.seen.length} labelled, ${model.classes.unseen.length} not`],
                ]}
              />
              <dt>split</dt>
              <dd>
                <code>{model.split}</code>
              </dd>
              <dt>fingerprint</dt>
              <dd>
                <code>{model.fingerprint}</code>
              </dd>
            </dl>
          ) : (
            <p class="quiet">
              It is not here, so that only items and codes can ask. Fingerprint{' '}
              <code>{collection.model}</code>
            </p>
          )}
        </section>
        {model && <Classes model={model} route={route} onRoute={onRoute} />}
      </div>
    </div>
  );
}

const Rows = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <>
    {facts.flatMap(([label, value]) => [
      <dt key={`${label} name`}>{label}</dt>,
      <dd key={label}>{value}</dd>,
    ])}
  </>
);

interface ClassesProps {
  readonly model: ModelInfo;
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
}

function Classes({ model, route, onRoute }: ClassesProps) {
  const { seen, unseen } = model.classes;
  const list = [
    ...unseen.map((name) => [name, true] as const),
    ...seen.map((name) => [name, false] as const),
  ];
  const asks = model.modalities.includes('text');
  return (
    <section class="panel wide" aria-labelledby="about-classes">
      <h2 id="about-classes">Classes</h2>
      <ul class="class-list" aria-labelledby="about-classes">
        {list.map(([name, mark]) => {
          const text = name.replaceAll(/[-_]+/g, ' ');
          const to: Route = {
            view: 'search',
            fields: [],
            question: { kind: 'text', text },
            ...(route.collection && { collection: route.collection }),
          };
          const label = (
            <>
              {mark && <UnseenMark />}
              {name}
            </>
          );
          return (
            <li key={name}>
              {asks ? (
                <RouteLink class="chip" to={to} onRoute={onRoute}>
                  {label}
                </RouteLink>
              ) : (
                <span class="chip">{label}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function useFacts(
  backend: Backend,
  name: string,
): { readonly facts: readonly Fact[]; readonly problem?: Problem } {
  const [state, setState] = useState<ReturnType<typeof useFacts>>({ facts: [] });
  useEffect(() => {
    const controller = new AbortController();
    backend.facts(name, controller.signal).then(
      (facts) => setState({ facts }),
      (error) => {
        if (!controller.signal.aborted) setState({ facts: [], problem: problemOf(error) });
      },
    );
    return () => controller.abort();
  }, [backend, name]);
  return state;
}
