import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { Codes } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';
import { LinearIndex } from '../linear-index.ts';
import { faissFlatToBytes, readFaissFlat, writeFaissFlat } from './faiss.ts';

/** Written by faiss 1.15.1: three codes of 64 bits, bytes 0 … 23, and the same with the ids 7, −1 and 2⁴⁰. */
const FLAT =
  '494278464000000008000000030000000000000001010000001800000000000000000102030405060708090a0b0c0d0e0f1011121314151617';
const MAP_HEAD = '49424d70400000000800000003000000000000000101000000';
const IDS = '03000000000000000700000000000000ffffffffffffffff0000000000010000';
const MAP = `${MAP_HEAD}${FLAT}${IDS}`;
const MAP2 = MAP.replace('49424d70', '49424d32');
/** An empty IndexBinaryFlat of 64 bits. */
const EMPTY = '494278464000000008000000000000000000000001010000000000000000000000';

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const codes = Codes.fromBytes(
  Uint8Array.from({ length: 24 }, (_, i) => i),
  { bits: 64 },
);
const ids = [7n, -1n, 2n ** 40n];

describe("FAISS' binary flat indexes", () => {
  it('are read as FAISS 1.15.1 writes them, with ids where there are', async () => {
    const flat = await readFaissFlat(fromHex(FLAT));
    expect([flat.codes.bits, flat.codes.bytes, flat.ids]).toEqual([64, codes.bytes, undefined]);
    for (const hex of [MAP, MAP2]) {
      const map = await readFaissFlat(new Blob([Buffer.from(hex, 'hex')]));
      expect([map.codes.bytes, [...map.ids!]]).toEqual([codes.bytes, ids]);
    }
    expect((await readFaissFlat(fromHex(EMPTY))).codes.count).toBe(0);
  });

  it('are written byte for byte as FAISS 1.15.1 writes them', async () => {
    expect(toHex(await faissFlatToBytes(codes))).toBe(FLAT);
    expect(toHex(await faissFlatToBytes(codes, { ids }))).toBe(MAP);
    expect(toHex(await faissFlatToBytes(codes.slice(0, 0)))).toBe(EMPTY);
    const file = path.join(await temporaryFolder(), 'codes.faiss');
    await writeFaissFlat(codes, file, { ids: [7, -1, 2 ** 40] });
    expect(toHex(await readFile(file))).toBe(MAP);
    expect([...(await readFaissFlat(file)).ids!]).toEqual(ids);
  });

  it('give an index its ids', async () => {
    const { codes, ids } = await readFaissFlat(fromHex(MAP));
    const index = LinearIndex.from(codes, { ids: ids! });
    expect((await index.search(codes.slice(1, 2), { k: 1 }))[0]).toEqual([{ id: -1n, row: 1, distance: 0 }]);
  });

  it('refuse ids that FAISS cannot hold', async () => {
    for (const bad of [
      [1, 2],
      [1, 2, 2n ** 63n],
      [1, 2, 0.5],
    ]) {
      await expect(faissFlatToBytes(codes, { ids: bad })).rejects.toThrow(/^ids/);
    }
  });

  it('of another kind, cut short or too long are refused with what is wrong', async () => {
    const wrong: [string, RegExp][] = [
      ['', /header: must have 25 bytes/],
      ['49784632'.padEnd(50, '0'), /fourcc/], // IxF2
      [FLAT.slice(0, -2), /codes: must have 24 bytes, received 23/],
      [`${FLAT}00`, /end of the file/],
      [FLAT.replace('46400000', '46410000'), /d: /],
      [FLAT.replace('0800000003', '0900000003'), /code_size/],
      [FLAT.replace('0300000000000000', 'ffffffffffffff7f'), /ntotal/],
      [FLAT.replace('1800000000000000', '1800000000000001'), /codes: must have 24 items/],
      [MAP.replace(FLAT, EMPTY), /rows of the inner index/],
      [`${MAP_HEAD}${MAP}`, /inner index/],
    ];
    for (const [hex, message] of wrong) {
      const opening = readFaissFlat(fromHex(hex));
      await expect(opening, hex).rejects.toThrow(message);
      await expect(opening, hex).rejects.toMatchObject({ code: 'FAISS_FILE_INVALID' });
    }
  });

  it('changed anywhere give codes of the same length or a typed error', async () => {
    const random = new Random(4, 'faiss');
    for (let i = 0; i < 2000; i++) {
      const bytes = fromHex(i % 2 ? FLAT : MAP);
      const cut = random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      for (let flips = 1 + random.below(3); flips > 0 && cut.length > 0; flips--)
        cut[random.below(cut.length)]! ^= 1 << random.below(8);
      const result = await readFaissFlat(cut).catch((error: unknown) => error);
      if (result instanceof UnseenError) expect(result.code).toBe('FAISS_FILE_INVALID');
      else expect((result as { codes: Codes }).codes.bytes.length).toBe(24);
    }
  });
});
