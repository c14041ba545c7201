/** The "proposed" split of an xlsa17 set: lists of pictures, and the classes that they make unseen. */
import { UnseenError } from '../../errors.ts';
import type { MatFile } from '../mat/mat-file.ts';
import { neededVariable, variableOf } from './mat-arrays.ts';
import { numbersOf } from './mat-lists.ts';

const NEEDED = ['trainval_loc', 'test_seen_loc', 'test_unseen_loc'] as const;
/** Sides of the validation inside; sets passed on without it are read. */
const OPTIONAL = ['train_loc', 'val_loc'] as const;
type Side = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

/**
 * Pairs of lists that share no picture. `train_loc` and `val_loc` divide the seen classes once more: of aPY pictures of
 * `trainval_loc` alone, of the other sets those of `test_seen_loc` as well.
 */
const APART: readonly (readonly [Side, Side])[] = [
  ['trainval_loc', 'test_seen_loc'],
  ['trainval_loc', 'test_unseen_loc'],
  ['test_seen_loc', 'test_unseen_loc'],
  ['train_loc', 'val_loc'],
  ['train_loc', 'test_unseen_loc'],
  ['val_loc', 'test_unseen_loc'],
];

/** Numbers of pictures, from 1, as the file has them. */
export type Locations = ReadonlyMap<Side, readonly number[]>;

/** Throws `MAT_VARIABLE_MISSING`, `MAT_UNSUPPORTED`. */
export async function readLocations(mat: MatFile): Promise<Locations> {
  const locations = new Map<Side, readonly number[]>();
  for (const side of NEEDED) locations.set(side, await numbersOf(mat, neededVariable(mat, [side])));
  for (const side of OPTIONAL) {
    const name = variableOf(mat, [side]);
    if (name !== undefined) locations.set(side, await numbersOf(mat, name));
  }
  return locations;
}

/** Rows from 0; every number a picture, none twice. */
function rowsOf(side: Side, numbers: readonly number[], count: number, file: string): Set<number> {
  const rows = new Set<number>();
  numbers.forEach((number, i) => {
    const inside = Number.isInteger(number) && number >= 1 && number <= count;
    if (inside && !rows.has(number - 1)) {
      rows.add(number - 1);
      return;
    }
    const reason = inside
      ? 'no picture may be named twice'
      : `must be numbers of pictures from 1 to ${count}`;
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: `${side}, entry ${i + 1}`,
      reason,
      received: number,
    });
  });
  return rows;
}

/**
 * The classes of `test_unseen_loc`, ascending; `labels` are class indexes, a picture each. `file` is named in errors.
 *
 * Throws `FILE_MALFORMED` for numbers that are no pictures, lists that share pictures, and an unseen class with pictures on a
 * seen side: the split would leak.
 */
export function proposedUnseen(locations: Locations, labels: readonly number[], file: string): number[] {
  const sides = new Map<Side, Set<number>>();
  for (const [side, numbers] of locations) sides.set(side, rowsOf(side, numbers, labels.length, file));
  for (const [left, right] of APART) {
    const others = sides.get(right);
    for (const row of others ? (sides.get(left) ?? []) : [])
      if (others!.has(row)) {
        const reason = `must share no picture with ${right}`;
        throw new UnseenError('FILE_MALFORMED', { file, where: left, reason, received: row + 1 });
      }
  }
  const unseen = new Set(Array.from(sides.get('test_unseen_loc')!, (row) => labels[row]!));
  for (const side of ['trainval_loc', 'test_seen_loc'] as const)
    for (const row of sides.get(side)!)
      if (unseen.has(labels[row]!)) {
        const reason = `picture ${row + 1} is of a class of test_unseen_loc, which must be unseen`;
        const received = `class ${labels[row]! + 1}`;
        throw new UnseenError('FILE_MALFORMED', { file, where: side, reason, received });
      }
  return [...unseen].sort((a, b) => a - b);
}
