/** Rows that are kept in several memories, one behind the other: what every such store does with them. */
import { UnseenError } from '../errors.ts';
import { ROW_ALIGN } from './kernels/engine.ts';

interface ShardRows {
  readonly count: number;
  readonly bytes: number;
  read(from: number, to: number): Uint8Array;
  setLive(bitmap: Uint8Array | undefined): void;
}

export interface Shard {
  readonly rows: ShardRows;
  /** Row of its first code, a multiple of ROW_ALIGN. */
  readonly first: number;
}

/** Row numbers are 32 bits. */
const MOST_ROWS = 2 ** 32 - ROW_ALIGN;

export function countOf(shards: readonly Shard[]): number {
  const { rows, first } = shards.at(-1)!;
  return first + rows.count;
}

export const bytesOf = (shards: readonly Shard[]): number =>
  shards.reduce((sum, { rows }) => sum + rows.bytes, 0);

/** @throws `INDEX_TOO_LARGE` if the rows of such codes, `width` bytes each, could not be numbered. */
export function checkRows(shards: readonly Shard[], packed: Uint8Array, width: number): void {
  if (countOf(shards) + packed.length / width <= MOST_ROWS) return;
  throw new UnseenError('INDEX_TOO_LARGE', {
    received: packed.length,
    reason: `at most ${MOST_ROWS} rows`,
  });
}

/** Packed codes of rows `from … to−1`, each `width` bytes. */
export function readRows(shards: readonly Shard[], from: number, to: number, width: number): Uint8Array {
  const out = new Uint8Array((to - from) * width);
  for (const { rows, first } of shards) {
    const start = Math.max(from, first);
    const end = Math.min(to, first + rows.count);
    if (start < end) out.set(rows.read(start - first, end - first), (start - from) * width);
  }
  return out;
}

/** Each shard gets its part of the bitmap of live rows; undefined: all are. */
export function setLiveRows(shards: readonly Shard[], bitmap: Uint8Array | undefined): void {
  for (const { rows, first } of shards) {
    rows.setLive(bitmap?.subarray(first / 8, Math.ceil((first + rows.count) / 8)));
  }
}
