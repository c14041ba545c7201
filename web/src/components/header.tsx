/** The bar at the top: which collection, where else to go, and the colours. */
import type { Backend, Overview } from '../backend/contract.ts';
import { changed, type Route, type View } from '../state/route.ts';
import { RouteLink } from './route-link.tsx';
import { ThemeButton } from './theme-button.tsx';
import './header.css';

interface HeaderProps {
  readonly backend: Backend;
  readonly overview: Overview | undefined;
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
}

export function Header({ backend, overview, route, onRoute }: HeaderProps) {
  const { report, api } = overview?.links ?? {};
  const collections = overview?.collections ?? [];
  const views: [View, string][] = [['search', 'Search']];
  if (collections.length > 0) views.push(['collection', 'Collection']);
  if (collections.length > 0 && backend.add) views.push(['add', 'Add pictures']);
  const home: Route = {
    view: 'search',
    fields: [],
    ...(route.collection && { collection: route.collection }),
  };
  return (
    <header class="top">
      <RouteLink class="brand" to={home} onRoute={onRoute}>
        <Mark />
        {overview?.title ?? 'Unseen'}
      </RouteLink>
      {collections.length > 1 && (
        <select
          aria-label="Collection"
          value={route.collection ?? collections[0]!.name}
          onChange={({ currentTarget }) =>
            // A code or an item of one collection says nothing in another.
            onRoute({
              view: route.view,
              fields: [],
              collection: currentTarget.value,
              ...(route.question?.kind === 'text' && { question: route.question }),
            })
          }
        >
          {collections.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      <nav aria-label="Pages">
        <ul>
          {views.map(([view, label]) => (
            <li key={view}>
              <RouteLink to={changed(route, { view })} onRoute={onRoute} here={route.view === view}>
                {label}
              </RouteLink>
            </li>
          ))}
          {report && (
            <li>
              <a href={report}>Report</a>
            </li>
          )}
          {api && (
            <li>
              <a href={api}>API</a>
            </li>
          )}
        </ul>
      </nav>
      <ThemeButton />
    </header>
  );
}

/** Nine bits, three of which are not set. */
function Mark() {
  const places = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [column, row] as const));
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" fill="currentColor" aria-hidden="true">
      {places.map(([column, row]) => (
        <rect
          key={`${column}${row}`}
          x={column * 8}
          y={row * 8}
          width="6"
          height="6"
          rx="1.5"
          opacity={(column + 2 * row) % 4 === 1 ? 0.3 : 1}
        />
      ))}
    </svg>
  );
}
