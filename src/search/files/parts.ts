/** What all indexes keep in a file besides their codes: which rows are live, and ids. */
import type { IndexParts } from '../base-index.ts';
import { bitmapBytes, hasBit, LiveRows } from '../bitmap.ts';
import { IdTable } from '../ids.ts';
import { idSections, readIds } from './ids.ts';
import type { IndexReader } from './reader.ts';
import type { Section } from './writer.ts';

/** What a store, or a part of an index, puts into a file. */
export interface Saved {
  readonly facts: Readonly<Record<string, number>>;
  readonly sections: readonly Section[];
}

export function saveRows({ ids, live }: Pick<IndexParts, 'ids' | 'live'>): Saved {
  const { bitmap } = live;
  const sections: Section[] = [];
  if (bitmap) sections.push({ name: 'live', bytes: bitmap.length, chunks: () => [bitmap] });
  if (ids.own || !areRowNumbers(ids)) sections.push(...idSections(ids));
  return { facts: { live: live.count, 'own-ids': Number(ids.own), 'next-id': ids.next }, sections };
}

/** @throws `INDEX_FILE_INVALID`, `INDEX_ID_DUPLICATE`, and as `IndexReader.chunks` */
export async function readRows(reader: IndexReader): Promise<Pick<IndexParts, 'ids' | 'live'>> {
  const { rows } = reader.head;
  const live = await readLive(reader, rows);
  const own = reader.fact('own-ids', 0, 1) === 1;
  const next = reader.fact('next-id', own ? 0 : rows, own ? 0 : Number.MAX_SAFE_INTEGER);
  const ids = await readIds(reader);
  if (own) {
    if (!ids) throw reader.refuse('sections', 'must include ids', 'none');
    return { live, ids: IdTable.given(ids, (row) => live.has(row)) };
  }
  if (ids && !isNumbering(ids, next)) {
    throw reader.refuse('ids', `must be ascending whole numbers below ${next}`, 'others');
  }
  return { live, ids: IdTable.numbered(ids as ArrayLike<number> | undefined, rows, next) };
}

async function readLive(reader: IndexReader, rows: number): Promise<LiveRows> {
  const live = new LiveRows();
  live.append(rows);
  if (reader.has('live')) {
    reader.bytes('live', bitmapBytes(rows));
    const bitmap = new Uint8Array(bitmapBytes(rows));
    await reader.into('live', bitmap);
    deleteOthers(live, bitmap);
    for (let bit = rows; bit < 8 * bitmap.length; bit++) {
      if (hasBit(bitmap, bit)) throw reader.refuse('section live', 'must end with zeros', bit);
    }
  }
  const stated = reader.fact('live', 0, rows);
  if (stated !== live.count) throw reader.refuse('live', `must be ${live.count}, as in its section`, stated);
  return live;
}

/** A function of its own: in one that waits the loop would run unoptimised. */
function deleteOthers(live: LiveRows, bitmap: Uint8Array): void {
  for (let row = 0; row < live.rows; row++) if (!hasBit(bitmap, row)) live.delete(row);
}

/** Numbers given by the index ascend from 0 on: where the last is its row, all are. */
const areRowNumbers = (ids: IdTable): boolean =>
  ids.length === 0 || ids.at(ids.length - 1) === ids.length - 1;

function isNumbering(ids: ArrayLike<unknown>, next: number): boolean {
  let previous: unknown = -1;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row];
    if (!Number.isSafeInteger(id) || (id as number) <= (previous as number)) return false;
    previous = id;
  }
  return (previous as number) < next;
}
