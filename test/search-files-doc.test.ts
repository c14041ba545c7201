/** The examples of docs/search-files.md are cut from here: what stands between "cut" and "end" is on the page. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Codes } from '../src/codes/index.ts';
import { readCodesNpy, writeCodesNpy, writeNpy } from '../src/data/index.ts';
import {
  indexFromBytes,
  indexToBytes,
  LinearIndex,
  openIndex,
  readFaissFlat,
  saveIndex,
  writeFaissFlat,
} from '../src/search/index.ts';
import { docExamples, spy } from './doc-examples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { onPage, inTest } = docExamples('search-files.md', import.meta.filename);

async function atWork(): Promise<void> {
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(await temporaryFolder());
}

const codes = Codes.fromHex(['00000000000000ff', '123456789abcdef0', '0f0f0f0f0f0f0f0f']);

describe('docs/search-files.md', () => {
  it.each(['save', 'bytes', 'faiss', 'numpy'])('has the example %s as it runs here', (name) => {
    expect(onPage(name)).toBe(inTest(name));
  });

  it('saves and opens', async () => {
    await atWork();
    const said = spy();
    // cut: save
    const index = LinearIndex.from(codes, { ids: ['cat.jpg', 'dog.jpg', 'owl.jpg'] });
    await saveIndex(index, 'pictures.index');

    const opened = await openIndex('pictures.index', { threads: 2 });
    const [hits] = await opened.search(codes.slice(1, 2), { k: 1 });
    console.log(hits); // [ { id: 'dog.jpg', row: 1, distance: 0 } ]
    // end
    expect(said).toEqual([[{ id: 'dog.jpg', row: 1, distance: 0 }]]);
    opened.close();
  });

  it('does the same with bytes', async () => {
    const index = LinearIndex.from(codes);
    // cut: bytes
    const bytes = await indexToBytes(index);
    const blob = new Blob([bytes]); // to store in IndexedDB, or to offer as a download
    const again = await indexFromBytes(blob);
    // end
    expect(again.codes().bytes).toEqual(codes.bytes);
  });

  it('shows the table of a file', async () => {
    const index = LinearIndex.from(codes, { ids: ['cat.jpg', 'dog.jpg', 'owl.jpg'] });
    await index.delete(['owl.jpg']);
    const bytes = await indexToBytes(index);
    const length = new DataView(bytes.buffer).getUint32(12, true);
    const table = JSON.parse(new TextDecoder().decode(bytes.subarray(32, 32 + length)));
    expect(JSON.parse(onPage('table'))).toEqual(table);
  });

  it("reads and writes FAISS' files", async () => {
    await atWork();
    // cut: faiss
    await writeFaissFlat(codes, 'codes.faiss', { ids: [10, 20, 30] });

    const { codes: read, ids } = await readFaissFlat('codes.faiss');
    const fromFaiss = LinearIndex.from(read, ids && { ids }); // ids are bigints: 10n, 20n, 30n
    // end
    expect([0, 1, 2].map((row) => fromFaiss.idOf(row))).toEqual([10n, 20n, 30n]);
  });

  it("reads and writes NumPy's", async () => {
    await atWork();
    await writeNpy('packed.npy', codes.toBytes({ bitOrder: 'big' }), codes.shape);
    // cut: numpy
    // numpy.save('packed.npy', numpy.packbits(bits, axis=1))
    const packed = await readCodesNpy('packed.npy', { bitOrder: 'big' });
    await writeCodesNpy('little.npy', packed); // numpy.unpackbits(a, axis=1, bitorder='little')

    const same = Codes.fromBytes(packed.toBytes({ bitOrder: 'big' }), { bits: packed.bits, bitOrder: 'big' });
    // end
    expect([packed.bytes, same.bytes]).toEqual([codes.bytes, codes.bytes]);
    expect((await readFile('little.npy')).subarray(-24)).toEqual(Buffer.from(codes.bytes));
  });
});
