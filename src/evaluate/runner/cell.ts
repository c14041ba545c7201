/** One run of a comparison as plain JSON: enough for any process that has the dataset to do it. */
import type { AnySplitOptions } from '../../data/index.ts';
import type { Task } from '../tasks.ts';

export interface Cell {
  /** As `RunRecord.key`: cells of one key give the same figures. */
  readonly key: string;
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** Defaults filled in; without `bits` and `seed`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Makes the split again, which is then held against `splitHash`: shorter than its rows. */
  readonly split: AnySplitOptions;
  readonly splitHash: string;
  readonly tasks: readonly Task[];
}

/** Who they are, for people. */
export const cellName = ({ method, bits, seed }: Pick<Cell, 'method' | 'bits' | 'seed'>): string =>
  `${method} ${bits} bits, seed ${seed}`;
