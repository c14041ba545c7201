/** What the shards of a multi-index hash are, the section `mih.shards`: from it follows how long all others must be. */
import { MAX_SUBSTRINGS, MAX_WIDTH, type Substring } from '../mih/plan.ts';
import type { IndexReader } from './reader.ts';

/** More than the largest index has: each shard takes some GiB of addresses. */
const MOST_SHARDS = 64;

/** One shard as `mih.shards` describes it: u32 rows in tables, rows in the tail, rows judged, number of substrings … */
export interface ShardShape {
  readonly count: number;
  readonly tail: number;
  /** Rows that it held when its tables were made or judged to be of no use. */
  readonly judged: number;
  /** … and first bit and width of each. */
  readonly substrings: readonly Substring[];
}

export function encodeShapes(shapes: readonly ShardShape[]): Uint8Array {
  const numbers = shapes.flatMap(({ count, tail, judged, substrings }) => [
    count,
    tail,
    judged,
    substrings.length,
    ...substrings.flatMap(({ offset, width }) => [offset, width]),
  ]);
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number, true);
  return new Uint8Array(view.buffer);
}

/** @throws `INDEX_FILE_INVALID` and as `IndexReader.chunks` */
export async function readShapes(reader: IndexReader): Promise<ShardShape[]> {
  const { bits, rows } = reader.head;
  const name = 'mih.shards';
  const refuse = (reason: string, received: unknown) => reader.refuse(`section ${name}`, reason, received);
  const most = 4 * MOST_SHARDS * (4 + 2 * MAX_SUBSTRINGS);
  if (reader.bytes(name) > most || reader.bytes(name) % 4 !== 0)
    throw refuse(`must be numbers of 4 bytes, at most ${most} bytes`, reader.bytes(name));
  const bytes = new Uint8Array(reader.bytes(name));
  await reader.into(name, bytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const next = (): number => {
    if (at === bytes.length) throw refuse('must describe whole shards', `${bytes.length} bytes`);
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const shapes: ShardShape[] = [];
  let total = 0;
  while (at < bytes.length) {
    const [count, tail, judged, tables] = [next(), next(), next(), next()];
    if (tables > MAX_SUBSTRINGS || (tables === 0) !== (count === 0))
      throw refuse('must have substrings if and only if it has sorted codes', tables);
    const substrings = Array.from({ length: tables }, () => ({ offset: next(), width: next() }));
    checkSubstrings(substrings, bits, refuse);
    if (total % 64 !== 0) throw refuse('must begin shards at a multiple of 64 rows', total);
    shapes.push({ count, tail, judged, substrings });
    total += count + tail;
  }
  if (shapes.length === 0 || shapes.length > MOST_SHARDS)
    throw refuse(`must have 1 to ${MOST_SHARDS} shards`, shapes.length);
  if (total !== rows) throw refuse(`must have ${rows} rows in all`, total);
  if (shapes.length > 1 && shapes.some(({ count, tail }) => count + tail === 0))
    throw refuse('must have no empty shard among others', 'one');
  return shapes;
}

/** Ascending and disjoint: what a search may conclude rests on it. */
function checkSubstrings(
  substrings: readonly Substring[],
  bits: number,
  refuse: (reason: string, received: unknown) => Error,
): void {
  let end = 0;
  for (const { offset, width } of substrings) {
    if (width < 1 || width > MAX_WIDTH || offset < end || offset + width > bits)
      throw refuse(`must have disjoint substrings of 1 to ${MAX_WIDTH} of ${bits} bits`, [offset, width]);
    end = offset + width;
  }
}
