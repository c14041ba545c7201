import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { Codes } from '../codes/index.ts';
import { readCodesNpy, writeCodesNpy } from './codes-npy.ts';
import { writeNpy } from './npy.ts';

/** numpy.save of numpy.packbits(numpy.arange(48).reshape(2, 24) % 5 < 2, axis=1), NumPy 2.4.6. */
const HEAD = `934e554d5059010076007b276465736372273a20277c7531272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2033292c207d${'20'.repeat(58)}0a`;
const BIG = `${HEAD}c6318c6318c6`;
const LITTLE = [0x63, 0x8c, 0x31, 0xc6, 0x18, 0x63];

describe('packed codes in .npy', () => {
  it("are read as NumPy's packbits writes them, and written byte for byte", async () => {
    const file = path.join(await temporaryFolder(), 'codes.npy');
    await writeFile(file, Buffer.from(BIG, 'hex'));
    const codes = await readCodesNpy(file, { bitOrder: 'big' });
    expect([codes.bits, [...codes.bytes]]).toEqual([24, LITTLE]);
    await writeCodesNpy(file, codes, { bitOrder: 'big' });
    expect((await readFile(file)).toString('hex')).toBe(BIG);
    await writeCodesNpy(file, codes);
    expect([...(await readCodesNpy(file)).bytes]).toEqual(LITTLE);
  });

  it('of another type or shape are refused', async () => {
    const file = path.join(await temporaryFolder(), 'codes.npy');
    for (const [data, shape] of [
      [new Int8Array(6), [2, 3]],
      [new Uint8Array(6), [6]],
      [new Uint8Array(6), [1, 2, 3]],
      [new Uint8Array(0), [2, 0]],
      [new Float32Array(6), [2, 3]],
    ] as const) {
      await writeNpy(file, data, shape);
      await expect(readCodesNpy(file)).rejects.toThrow(/must be uint8 \[n, bits\/8\]/);
    }
    await writeCodesNpy(file, Codes.fromBytes(new Uint8Array(0), { bits: 16 }));
    expect((await readCodesNpy(file)).count).toBe(0);
  });
});
