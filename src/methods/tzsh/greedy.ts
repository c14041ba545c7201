/**
 * The greedy rounds: how many representatives the next round may take.
 *
 * Each round re-mines with the network that the last one trained. The share of representatives grows as long as the
 * rounds agree more and more about the pool's classes. When agreement falls, mining is drifting: the last assignment is
 * kept and neither it nor the share changes any more. Reconstruction.
 */
import type { Assignment } from '../prototypes.ts';

export interface GreedyOptions {
  readonly rounds: number;
  readonly firstShare: number;
  readonly lastShare: number;
}

export interface Round {
  readonly assignment: Assignment;
  /** Share of every class's items to take as representatives. */
  readonly share: number;
  /** Share of pool items whose class is that of the round before; 0 in the first round. */
  readonly agreement: number;
  readonly stopped: boolean;
}

/** Two rounds that agree on this share have settled; smaller changes are noise. */
const SETTLED = 0.9;

/** The next round, from the one before and a fresh mining. */
export function nextRound(previous: Round | undefined, mined: Assignment, options: GreedyOptions): Round {
  if (!previous) return { assignment: mined, share: options.firstShare, agreement: 0, stopped: false };
  if (previous.stopped) return previous;
  const agreement = agreementOf(previous.assignment.classOf, mined.classOf);
  if (agreement < Math.min(SETTLED, previous.agreement)) return { ...previous, agreement, stopped: true };
  const growth = (options.lastShare - options.firstShare) / Math.max(1, options.rounds - 1);
  const limit = Math.max(options.firstShare, options.lastShare);
  return { assignment: mined, share: Math.min(limit, previous.share + growth), agreement, stopped: false };
}

function agreementOf(a: Int32Array, b: Int32Array): number {
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}
