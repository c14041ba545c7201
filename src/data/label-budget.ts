/**
 * How much of the training rows' labels a method may read: a share of them, and in each modality only those of its own
 * half of the classes. Rows are never taken away: what is not labelled trains unlabelled.
 */
import { UnseenError } from '../errors.ts';
import { Random } from '../random.ts';
import type { Split } from './split.ts';
import type { ClassUnits } from './split-rows.ts';

export interface LabelBudget {
  /**
   * Share of every seen class's units (groups, or rows) whose labels may be read, above 0 and at most 1, default 1; at
   * least one unit a class. A smaller share of the same seed is a subset of a larger one.
   */
  readonly labelShare?: number;
  /**
   * `shared` (default): both modalities are labelled over all seen classes. `disjoint`: images over one half of them,
   * drawn by the seed, and texts over the other.
   */
  readonly labelSpaces?: 'shared' | 'disjoint';
}

/** What of it stands in a split; nothing for the defaults. Throws `ARGUMENT_INVALID`. */
export function labelBudget(
  seen: ReadonlyMap<number, ClassUnits>,
  seed: number,
  { labelShare = 1, labelSpaces = 'shared' }: LabelBudget,
): Pick<Split, 'labelled' | 'labelSpaces'> {
  if (!(labelShare > 0 && labelShare <= 1))
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'labelShare',
      reason: 'must be above 0 and at most 1',
      received: labelShare,
    });
  if (labelSpaces !== 'shared' && labelSpaces !== 'disjoint')
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'labelSpaces',
      reason: 'must be shared or disjoint',
      received: labelSpaces,
    });
  return {
    ...(labelShare < 1 && { labelled: labelledRows(seen, seed, labelShare) }),
    ...(labelSpaces === 'disjoint' && { labelSpaces: halves([...seen.keys()], seed) }),
  };
}

function labelledRows(seen: ReadonlyMap<number, ClassUnits>, seed: number, share: number): number[] {
  const rows: number[] = [];
  for (const [label, { findable }] of seen) {
    const order = new Random(seed, `labels/${label}`).shuffle([...findable]);
    const count = Math.max(1, Math.round(share * order.length));
    for (const unit of order.slice(0, count)) rows.push(...unit);
  }
  return rows.sort((a, b) => a - b);
}

function halves(classes: readonly number[], seed: number): { image: number[]; text: number[] } {
  const order = new Random(seed, 'label spaces').shuffle([...classes].sort((a, b) => a - b));
  const middle = Math.ceil(order.length / 2);
  const ascending = (a: number, b: number): number => a - b;
  return { image: order.slice(0, middle).sort(ascending), text: order.slice(middle).sort(ascending) };
}
