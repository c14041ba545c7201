/**
 * Duplicates among codes: groups of rows that lie within a radius. Equal codes are found by hashing; the rest by radius
 * searches, one a distinct code at most, so that the time is that of the index.
 */
import { Codes, hammingDistance } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { firstEqualRows, NO_ROW } from './equal-rows.ts';
import { indexForRadius } from './index-for-radius.ts';
import { linkToLeaders } from './link-leaders.ts';
import { linkTransitively } from './link-single.ts';
import type { HammingIndex, Hit, Id } from './types.ts';

export interface DedupOptions {
  /** Rows at most so many bits apart are duplicates, 0 … bits; 0 groups equal codes. */
  readonly radius: number;
  /**
   * `leader`: rows are taken in their order, and each joins the nearest row kept so far that lies within the radius, or is
   * kept itself; equal codes go together. Every duplicate is within the radius of the row that its group keeps, and no two
   * kept rows are within it of each other.
   * `single`: rows are in one group when a chain of steps within the radius joins them, as for single-linkage
   * clustering. Nothing depends on the order of rows, but ends of a chain may differ much. Default: `leader`.
   */
  readonly linkage?: 'leader' | 'single';
  /** Threads to use. Default: as many as the index has; 1 for codes without an index. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Called after every batch; `done` and `total` count distinct codes. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** A group of at least two rows. */
export interface DuplicateGroup {
  /** The first row of the group. */
  readonly keep: { readonly id: Id; readonly row: number };
  /** The others, by distance to `keep`, then by row. */
  readonly duplicates: readonly Hit[];
}

/**
 * Groups of duplicates in the order of the rows that they keep; rows without duplicates are in none. Deleted rows are
 * passed over. Exact, whatever index it is. Codes without an index get one of their own, made for the radius and without
 * equal codes: the fast way as long as the radius is small.
 * @throws as a radius search of the index; `INDEX_CHANGED` when rows were added, deleted or compacted under way.
 */
export async function dedup(source: HammingIndex | Codes, options: DedupOptions): Promise<DuplicateGroup[]> {
  const { radius, linkage = 'leader' } = options;
  const { bits } = source;
  const wrong = (name: string, reason: string, received: unknown) =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (!Number.isInteger(radius) || radius < 0 || radius > bits)
    throw wrong('radius', `must be a whole number from 0 to ${bits}`, radius);
  if (linkage !== 'leader' && linkage !== 'single')
    throw wrong('linkage', 'must be "leader" or "single"', linkage);

  if (source instanceof Codes) {
    const first = firstEqualRows(source);
    const keeps = radius === 0 ? first : await linkCodes(source, first, options);
    return groupsOf((row) => row, source, keeps);
  }
  const codes = source.codes();
  const live = source.bitmap(() => true);
  const first = firstEqualRows(codes, live);
  const keeps = radius === 0 ? first : await linkRows(source, codes, first, options);
  return groupsOf((row) => source.idOf(row), codes, keeps);
}

const linkOf = ({ linkage = 'leader' }: DedupOptions): typeof linkToLeaders =>
  linkage === 'leader' ? linkToLeaders : linkTransitively;

const distinctRows = (first: Uint32Array): Uint32Array => first.filter((of, row) => of === row);

/** Of every row the row that its group keeps, or NO_ROW, by searches among the first rows of equal codes. */
async function linkRows(
  index: HammingIndex,
  codes: Codes,
  first: Uint32Array,
  options: DedupOptions,
): Promise<Uint32Array> {
  const owner = await linkOf(options)(index, codes, distinctRows(first), options);
  return first.map((row) => (row === NO_ROW ? NO_ROW : owner[row]!));
}

/** The same in an index of the distinct codes alone. */
async function linkCodes(codes: Codes, first: Uint32Array, options: DedupOptions): Promise<Uint32Array> {
  const rows = distinctRows(first);
  const points = codes.take(rows);
  const index = indexForRadius(points, options.radius, options.threads);
  try {
    const all = Uint32Array.from(rows.keys());
    const owner = await linkOf(options)(index, points, all, options);
    const keeps = first.slice();
    for (const [point, row] of rows.entries()) keeps[row] = rows[owner[point]!]!;
    for (const [row, of] of first.entries()) if (of !== row) keeps[row] = keeps[of]!;
    return keeps;
  } finally {
    index.close();
  }
}

/** `keeps`: of every row the row that its group keeps, or NO_ROW. */
function groupsOf(idOf: (row: number) => Id, codes: Codes, keeps: Uint32Array): DuplicateGroup[] {
  const members = new Map<number, number[]>();
  for (const [row, keep] of keeps.entries()) {
    if (keep === row || keep === NO_ROW) continue;
    const others = members.get(keep);
    if (others) others.push(row);
    else members.set(keep, [row]);
  }
  const groups = Array.from(members, ([keep, rows]): DuplicateGroup => {
    const duplicates = rows.map((row) => ({
      id: idOf(row),
      row,
      distance: hammingDistance(codes.row(keep), codes.row(row)),
    }));
    duplicates.sort((a, b) => a.distance - b.distance || a.row - b.row);
    return { keep: { id: idOf(keep), row: keep }, duplicates };
  });
  return groups.sort((a, b) => a.keep.row - b.keep.row);
}
