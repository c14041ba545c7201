/**
 * Files that version 1 of the format wrote once, kept as they are: whoever saved an index opens it with every later
 * version. A change of the format adds files here and changes none.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../src/codes/index.ts';
import { type Id, indexToBytes, openIndex } from '../src/search/index.ts';

const ROWS = 40;
const BITS = 24;
const DELETED = [7, 8, 33];
const codes = Codes.fromBytes(
  Uint8Array.from({ length: (ROWS * BITS) / 8 }, (_, i) => (i * i * 31 + i * 7) & 255),
  { bits: BITS },
);
const query = Codes.fromHex(['0f33aa']);

/** As many kinds as there are. */
const mixedId = (row: number): Id =>
  row % 3 === 0 ? `größe ${row}` : row % 3 === 1 ? -row / 4 : 10n ** 20n + BigInt(row);

/** What rows are called in each file. That of the multi-index hash has three tables, and six rows in its tail. */
const FILES: Record<string, (row: number) => Id> = {
  'linear-v1.index': (row) => row,
  'linear-ids-v1.index': mixedId,
  'mih-ids-v1.index': mixedId,
};

describe.each(Object.entries(FILES))('the index file %s', (name, idOf) => {
  const file = path.join(import.meta.dirname, 'golden', name);

  it('opens and gives the answers that it always gave', async () => {
    const index = await openIndex(file);
    expect([index.kind, index.bits, index.rows, index.count]).toEqual([
      name.split('-')[0],
      BITS,
      ROWS,
      ROWS - 3,
    ]);
    expect(index.codes().bytes).toEqual(codes.bytes);
    expect(Array.from({ length: ROWS }, (_, row) => index.idOf(row))).toEqual(
      Array.from({ length: ROWS }, (_, row) => idOf(row)),
    );
    const [hits] = await index.search(query, { radius: BITS });
    const rows = Array.from({ length: ROWS }, (_, row) => row).filter((row) => !DELETED.includes(row));
    expect(hits!.map(({ row, distance }) => `${row}: ${distance}`).sort()).toEqual(
      rows.map((row) => `${row}: ${hammingDistance(codes.row(row), query.row(0))}`).sort(),
    );
    expect((await index.search(query, { k: 1 }))[0]).toEqual([hits![0]]);
    const { work } = await index.explain(codes.slice(0, 1), { radius: 1 });
    if (index.engine === 'wasm') expect(work.bucketsProbed > 0).toBe(index.kind === 'mih');
  });

  it('is written today as it was then', async () => {
    expect(Buffer.compare(await indexToBytes(await openIndex(file)), await readFile(file))).toBe(0);
  });
});
