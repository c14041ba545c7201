/** The collections and models that there are, asked for once and again when something was added. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Backend, Overview, Problem } from '../backend/contract.ts';
import { problemOf } from './use-search.ts';

export interface OverviewState {
  readonly overview?: Overview;
  readonly problem?: Problem;
  readonly reload: () => void;
  /** Counts what was loaded. */
  readonly turn: number;
}

export function useOverview(backend: Backend): OverviewState {
  const [asked, setAsked] = useState(0);
  const [state, setState] = useState<Omit<OverviewState, 'reload'>>({ turn: 0 });
  useEffect(() => {
    const controller = new AbortController();
    backend.overview(controller.signal).then(
      (overview) => setState(({ turn }) => ({ overview, turn: turn + 1 })),
      (error) => {
        if (!controller.signal.aborted) setState(({ turn }) => ({ problem: problemOf(error), turn }));
      },
    );
    return () => controller.abort();
  }, [backend, asked]);
  return { ...state, reload: useCallback(() => setAsked((count) => count + 1), []) };
}
