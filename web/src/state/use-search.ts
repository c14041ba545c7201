/** The answer to a query, page after page; a newer query ends an older one. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Backend, Hit, Query, ResultPage } from '../backend/contract.ts';
import { Problem } from '../backend/contract.ts';

/** Hits of a page: whole rows in grids of 2, 3, 4, 6 and 8. */
export const PAGE_HITS = 24;
/** What a service gives at most in one answer. */
const MOST_HITS = 1_000;

export type Asked = Omit<Query, 'k' | 'offset'>;

export interface Found {
  readonly asked: Asked;
  /** The last page that came. */
  readonly page: ResultPage;
  /** Of all pages. */
  readonly hits: readonly Hit[];
}

export interface Search {
  readonly busy: boolean;
  readonly found?: Found;
  readonly problem?: Problem;
  readonly more: () => void;
}

export function useSearch(
  backend: Backend,
  collection: string | undefined,
  asked: Asked | undefined,
  /** Another number asks again: the collection, or what may be asked, has changed. */
  turn: number,
): Search {
  const [state, setState] = useState<Omit<Search, 'more'>>({ busy: false });
  const running = useRef<AbortController>(undefined);

  const run = useCallback(async (work: (signal: AbortSignal) => Promise<Found>) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    // The answer before stays until the next is there: nothing jumps while somebody types.
    setState(({ found }) => ({ busy: true, ...(found && { found }) }));
    try {
      const found = await work(controller.signal);
      if (!controller.signal.aborted) setState({ busy: false, found });
    } catch (error) {
      if (!controller.signal.aborted) setState({ busy: false, problem: problemOf(error) });
    }
  }, []);

  const key = JSON.stringify([collection, asked, turn]);
  useEffect(() => {
    if (collection === undefined || asked === undefined) {
      running.current?.abort();
      setState({ busy: false });
      return;
    }
    void run(async (signal) => {
      const page = await backend.search(collection, { ...asked, k: PAGE_HITS, offset: 0 }, signal);
      return { asked, page, hits: page.hits };
    });
  }, [backend, key, run]);

  const { found } = state;
  const more = useCallback(() => {
    if (!found || collection === undefined) return;
    void run(async (signal) => {
      const { asked, hits, page } = found;
      const next = await backend.search(collection, { ...asked, k: PAGE_HITS, offset: hits.length }, signal);
      if (next.version === page.version) return { asked, page: next, hits: [...hits, ...next.hits] };
      // The collection was written to: pages of two states do not fit together.
      const k = Math.min(MOST_HITS, hits.length + PAGE_HITS);
      const anew = await backend.search(collection, { ...asked, k, offset: 0 }, signal);
      return { asked, page: anew, hits: anew.hits };
    });
  }, [backend, collection, found, run]);

  return { ...state, more };
}

/** Typed errors of the package bring a hint along. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { message, hint } = error as { readonly message?: string; readonly hint?: string };
  return new Problem(message ?? String(error), { hint });
}
