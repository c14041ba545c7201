/** The hits as a grid that arrow keys move in; Tab stops at one of them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hit, ModelInfo } from '../backend/contract.ts';
import { placeAfter } from '../state/grid-keys.ts';
import type { Route } from '../state/route.ts';
import { HitCard } from './hit-card.tsx';
import './hit-grid.css';

interface HitGridProps {
  readonly hits: readonly Hit[];
  readonly code: string;
  readonly model: ModelInfo | undefined;
  readonly busy: boolean;
  readonly more: boolean;
  readonly likeOf: (id: string) => Route;
  readonly pictureOf: (id: string, signal: AbortSignal) => Promise<string>;
  readonly onRoute: (route: Route) => void;
  readonly onClass: (className: string) => void;
  readonly onDetails: (hit: Hit) => void;
  readonly onMore: () => void;
}

export function HitGrid(props: HitGridProps) {
  const { hits, code, model, busy, more, likeOf, pictureOf, onRoute, onClass, onDetails, onMore } = props;
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => setCurrent(0), [code]);

  const move = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...list.current!.children] as HTMLElement[];
    const columns = cards.filter(({ offsetTop }) => offsetTop === cards[0]!.offsetTop).length;
    const place = placeAfter(event.key, current, { columns, count: cards.length });
    if (place === undefined) return;
    event.preventDefault();
    setCurrent(place);
    cards[place]!.querySelector<HTMLElement>('.like')!.focus();
  };

  return (
    <>
      <ul class={busy ? 'hits stale' : 'hits'} ref={list} aria-label="Results" onKeyDown={move}>
        {hits.map((hit, i) => (
          <HitCard
            key={hit.id}
            hit={hit}
            code={code}
            model={model}
            current={i === Math.min(current, hits.length - 1)}
            like={likeOf(hit.id)}
            pictureOf={pictureOf}
            onRoute={onRoute}
            onClass={onClass}
            onDetails={() => onDetails(hit)}
            onFocus={() => setCurrent(i)}
          />
        ))}
      </ul>
      {more && (
        <p class="more">
          <button type="button" class="button" disabled={busy} onClick={onMore}>
            More
          </button>
        </p>
      )}
    </>
  );
}
