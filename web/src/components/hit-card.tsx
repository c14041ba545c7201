/** One hit: what it is, how far away, of which class, and the way to more like it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hit, ModelInfo } from '../backend/contract.ts';
import { classOf, isUnseen, nameOf } from '../state/payload.ts';
import type { Route } from '../state/route.ts';
import { BitPicture } from './bit-picture.tsx';
import { RouteLink } from './route-link.tsx';
import './hit-card.css';

interface HitCardProps {
  readonly hit: Hit;
  /** The query's code. */
  readonly code: string;
  readonly model: ModelInfo | undefined;
  /** Whether Tab stops here; arrow keys lead to the others. */
  readonly current: boolean;
  /** Where one gets more like it. */
  readonly like: Route;
  readonly pictureOf: (id: string, signal: AbortSignal) => Promise<string>;
  readonly onRoute: (route: Route) => void;
  readonly onClass: (className: string) => void;
  readonly onDetails: () => void;
  readonly onFocus: () => void;
}

export function HitCard(props: HitCardProps) {
  const { hit, code, model, current, like, pictureOf, onRoute, onClass, onDetails, onFocus } = props;
  const name = nameOf(hit);
  const className = classOf(hit.payload);
  const stop = current ? 0 : -1;
  return (
    <li class="hit" onFocusIn={onFocus}>
      {hit.picture && <LazyPicture id={hit.id} pictureOf={pictureOf} />}
      <h3 class={hit.picture ? undefined : 'tile words'}>
        <span>{name}</span>
      </h3>
      {className !== undefined && (
        <button
          type="button"
          class="chip"
          tabIndex={stop}
          title={`Only ${className}`}
          onClick={() => onClass(className)}
        >
          {isUnseen(className, model) && <UnseenMark />}
          <span class="label">{className}</span>
        </button>
      )}
      <div class="foot">
        <div>
          <p class="distance">
            {hit.distance} {hit.distance === 1 ? 'bit' : 'bits'} ·{' '}
            <button
              type="button"
              class="text-button"
              tabIndex={stop}
              aria-label={`Details: ${name}`}
              onClick={onDetails}
            >
              Details
            </button>
          </p>
          <RouteLink
            class="like"
            to={like}
            tabIndex={stop}
            label={`More like this: ${name}`}
            onRoute={onRoute}
          >
            More like this
          </RouteLink>
        </div>
        {hit.code && <BitPicture code={hit.code} query={code} size={38} />}
      </div>
    </li>
  );
}

/** Beside the name of a class that had no label in training. */
export function UnseenMark() {
  return (
    <span class="unseen-mark" title="A class that training had no label of">
      <span aria-hidden="true">◆</span>
      <span class="unsighted">unseen class</span>
    </span>
  );
}

interface LazyPictureProps {
  readonly id: string;
  readonly pictureOf: (id: string, signal: AbortSignal) => Promise<string>;
}

/** Pixels; smaller ones would be blown up to fill a card. */
const SMALL = 128;

/** Loaded when it comes near the screen; the name stands below, so it needs none of its own. */
function LazyPicture({ id, pictureOf }: LazyPictureProps) {
  const [address, setAddress] = useState<string>();
  const [small, setSmall] = useState(false);
  const tile = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const controller = new AbortController();
    setAddress(undefined);
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        pictureOf(id, controller.signal).then(setAddress, () => {});
      },
      { rootMargin: '400px' },
    );
    observer.observe(tile.current!);
    return () => {
      observer.disconnect();
      controller.abort();
    };
  }, [id, pictureOf]);
  return (
    <div class="tile" ref={tile}>
      {address !== undefined && (
        <img
          src={address}
          alt=""
          class={small ? 'small' : undefined}
          onLoad={({ currentTarget }) => setSmall(currentTarget.naturalWidth <= SMALL)}
        />
      )}
    </div>
  );
}
