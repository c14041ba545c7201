/** What stands there before anything is asked: what this is, and words to begin with. */
import type { CollectionInfo, ModelInfo } from '../backend/contract.ts';
import { changed, type Route } from '../state/route.ts';
import { UnseenMark } from './hit-card.tsx';
import { RouteLink } from './route-link.tsx';
import './landing.css';

/** Chips of classes that are offered; a model may have thousands. */
const OFFERED = 24;

interface LandingProps {
  readonly route: Route;
  readonly collection: CollectionInfo;
  readonly model: ModelInfo | undefined;
  readonly onRoute: (route: Route) => void;
}

/** The heading, above the box. */
export function Welcome({ collection, model }: Pick<LandingProps, 'collection' | 'model'>) {
  const { seen = [], unseen = [] } = model?.classes ?? {};
  return (
    <div class="landing">
      <h1>Search by meaning in {collection.bits / 8} bytes an item</h1>
      <p class="lead">
        {collection.items.toLocaleString('en')} items in “{collection.name}”
        {unseen.length > 0 &&
          `. Of ${seen.length + unseen.length} classes the model had no label of ${unseen.length}: they are marked ◆`}
        .
      </p>
    </div>
  );
}

/** Names of classes that nobody labelled, as questions in words. */
export function Offers({ route, model, onRoute }: LandingProps) {
  const unseen = model?.modalities.includes('text') ? model.classes.unseen : [];
  if (unseen.length === 0) return null;
  return (
    <section class="offers">
      <h2>
        <UnseenMark /> Classes that nobody labelled, asked for by their names
      </h2>
      <ul>
        {unseen.slice(0, OFFERED).map((name) => {
          const text = name.replaceAll(/[-_]+/g, ' ');
          return (
            <li key={name}>
              <RouteLink
                class="chip"
                to={changed(route, { question: { kind: 'text', text } })}
                onRoute={onRoute}
              >
                {text}
              </RouteLink>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
