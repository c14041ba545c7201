/** Work on files of codes through the command line: other forms, indexes, duplicates, neighbours. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Codes } from '../src/codes/index.ts';
import { readNpy, writeCodesNpy } from '../src/data/index.ts';
import { Random } from '../src/random.ts';
import { dedup, knnGraph, LinearIndex, openIndex, readFaissFlat, saveIndex } from '../src/search/index.ts';
import { type Json, type RunOptions, succeed, unseen } from './program.ts';

const ROWS = 300;
const BITS = 64;

let cwd: string;
let codes: Codes;
const at = (...parts: string[]): string => path.join(cwd, ...parts);
const name = (row: number): string => `picture-${row}.jpg`;

const done = (line: string): Promise<Json> => succeed(line, cwd);

/** Runs what must be refused, and leaves nothing. */
async function refused(code: string, line: string): Promise<Json> {
  const before = await readdir(cwd);
  const result = await unseen(`${line} --json`, { cwd });
  expect(result.json().error).toMatchObject({ code, exit: 2 });
  expect(result.status).toBe(2);
  expect(await readdir(cwd)).toEqual(before);
  return result.json().error;
}

const linesOf = async (file: string): Promise<string[]> =>
  (await readFile(at(file), 'utf8')).trimEnd().split('\n');

/** A third of the rows are some row before with at most three bits changed. */
function nearCodes(n: number, bits: number, random: Random): Codes {
  const bytes = Uint8Array.from({ length: (n * bits) / 8 }, () => random.below(256));
  const made = Codes.fromBytes(bytes, { bits });
  for (let row = 1; row < n; row++) {
    if (random.below(3) > 0) continue;
    made.row(row).set(made.row(random.below(row)));
    for (let flip = random.below(4); flip > 0; flip--)
      made.row(row)[random.below(bits / 8)]! ^= 1 << random.below(8);
  }
  return made;
}

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-codes-'));
  codes = nearCodes(ROWS, BITS, new Random(2, 'cli-codes'));
  await writeCodesNpy(at('codes.npy'), codes);
  const names = Array.from({ length: ROWS }, (_, row) => name(row));
  const facts = { format: 'unseen-codes/1', rows: ROWS, bits: BITS, modality: 'image', model: 'none', names };
  await writeFile(at('codes.npy.json'), `${JSON.stringify(facts)}\n`);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('unseen codes dedup', () => {
  it('prints groups with names, and what could go', async () => {
    const result = await done('codes dedup --codes codes.npy --radius 3');
    const expected = await dedup(codes, { radius: 3 });
    expect(expected.length).toBeGreaterThan(20);
    expect(result).toMatchObject({ rows: ROWS, bits: BITS, radius: 3, linkage: 'leader' });
    expect(result.groups).toBe(expected.length);
    expect(result.duplicates).toBe(expected.reduce((sum, group) => sum + group.duplicates.length, 0));
    expect(result.list).toEqual(
      expected.map(({ keep, duplicates }) => ({
        keep: { row: keep.row, name: name(keep.row) },
        duplicates: duplicates.map(({ row, distance }) => ({ row, distance, name: name(row) })),
      })),
    );
  });

  it('shows people the first groups and says how many more there are', async () => {
    const { stdout } = await unseen('codes dedup --codes codes.npy --radius 3', { cwd });
    expect(stdout).toMatch(/^ +1 +kept +\d+ {2}picture-\d+\.jpg$/m);
    expect(stdout).toMatch(/^… and \d+ more groups/m);
    expect(stdout).toMatch(/^\d+ groups, in which \d+ of 300 codes could go\n$/m);
    const none = await unseen('codes dedup --codes codes.npy --radius 0 --linkage single', { cwd });
    expect(none.status).toBe(0);
  });

  it('writes a group a line, or what could go a line', async () => {
    const { groups, duplicates } = await done(
      'codes dedup --codes codes.npy --radius 2 --linkage single --out groups.jsonl',
    );
    const lines = (await linesOf('groups.jsonl')).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(groups);
    const found = await dedup(codes, { radius: 2, linkage: 'single' });
    expect(lines.map(({ keep }) => keep.row)).toEqual(found.map(({ keep }) => keep.row));
    await done('codes dedup --codes codes.npy --radius 2 --linkage single --out go.txt');
    const go = await linesOf('go.txt');
    expect(go).toHaveLength(duplicates);
    expect(go).toEqual(found.flatMap((group) => group.duplicates.map(({ row }) => name(row))));
  });
});

describe('unseen codes knn-graph', () => {
  it('writes edges that NumPy reads', async () => {
    const { edges } = await done('codes knn-graph --codes codes.npy -k 4 --out graph.npy');
    const { data, shape } = await readNpy(at('graph.npy'));
    expect(edges).toBe(4 * ROWS);
    expect(shape).toEqual([edges, 3]);
    const { neighbours, distances } = await knnGraph(LinearIndex.from(codes), { k: 4 });
    for (let edge = 0; edge < edges; edge++) {
      expect(data[3 * edge]).toBe(Math.floor(edge / 4));
      expect(data[3 * edge + 1]).toBe(neighbours[edge]);
      expect(data[3 * edge + 2]).toBe(distances[edge]);
    }
  });

  it('writes a row a line, whether it has neighbours or not', async () => {
    await done('codes knn-graph --codes codes.npy --radius 3 --out graph.jsonl');
    const lines = (await linesOf('graph.jsonl')).map((line) => JSON.parse(line));
    expect(lines.map(({ row }) => row)).toEqual(Array.from({ length: ROWS }, (_, row) => row));
    expect(lines.some(({ neighbours }) => neighbours.length === 0)).toBe(true);
    const near = lines.find(({ neighbours }) => neighbours.length > 0);
    expect(near.neighbours[0]).toEqual({
      row: near.neighbours[0].row,
      distance: near.neighbours[0].distance,
      name: name(near.neighbours[0].row),
    });
  });
});

describe('unseen codes index', () => {
  it('saves either kind, and a search of the file gives what the codes give', async () => {
    const expected = await done('search --codes codes.npy --item 7 -k 20');
    for (const kind of ['linear', 'mih']) {
      const made = await done(`codes index --codes codes.npy --kind ${kind} --out ${kind}.index`);
      expect(made).toMatchObject({ file: `${kind}.index`, kind, rows: ROWS, bits: BITS });
      const found = await done(`search --codes ${kind}.index --item ${name(7)} -k 20 --threads 2`);
      expect(found.index).toBe(kind);
      expect(found.hits).toEqual(expected.hits);
    }
  });

  it('is searched, deduplicated and converted without what was deleted from it', async () => {
    const index = LinearIndex.from(codes, { ids: Array.from({ length: ROWS }, (_, row) => `id${row}`) });
    await index.delete(['id0', 'id5', 'id299']);
    await index.add(codes.slice(299), { ids: ['id0'] }); // an id that comes again
    await saveIndex(index, at('deleted.index'));
    const found = await done('search --codes deleted.index --item id6 --radius 64');
    expect(found.rows).toBe(ROWS - 2);
    expect(found.hits).toHaveLength(ROWS - 2);
    expect(found.hits[0]).toMatchObject({ row: 6, name: 'id6', distance: 0 });
    const { list } = await done('codes dedup --codes deleted.index --radius 64');
    expect(list).toHaveLength(1);
    expect(list[0].keep).toEqual({ row: 1, name: 'id1' });
    const result = await unseen('codes convert deleted.index --out left.faiss --json', { cwd });
    expect(result.json()).toMatchObject({ rows: ROWS - 2, ids: false });
    expect(result.stderr).toContain('left.faiss cannot hold the ids of deleted.index');
    const rest = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row !== 0 && row !== 5);
    const lines = 'codes knn-graph --codes deleted.index -k 1 --out left.jsonl';
    expect((await done(lines)).edges).toBe(ROWS - 2);
    expect(await linesOf('left.jsonl')).toHaveLength(ROWS - 2);
    expect((await readFaissFlat(at('left.faiss'))).codes.bytes).toEqual(codes.take(rest).bytes);
  });
});

describe('unseen codes convert', () => {
  it('goes through every form and comes back, names included', async () => {
    for (const line of [
      'codes.npy --out codes.faiss',
      'codes.faiss --out big.npy --out-order big',
      'big.npy --in-order big --out back.npy',
    ])
      expect(await done(`codes convert ${line}`)).toMatchObject({ rows: ROWS, bits: BITS, names: true });
    expect(await readFile(at('back.npy'))).toEqual(await readFile(at('codes.npy')));
    expect(await readFile(at('back.npy.json'))).toEqual(await readFile(at('codes.npy.json')));
    const big = await readNpy(at('big.npy'));
    expect(big.data).toEqual(codes.toBytes({ bitOrder: 'big' }));
  });

  it('keeps whole numbers as ids of a FAISS file, and an index made of it has them', async () => {
    const few = LinearIndex.from(codes.slice(0, 3), { ids: [70n, 8, 9n ** 18n] });
    await saveIndex(few, at('ids.index'));
    expect(await done('codes convert ids.index --out ids.faiss')).toMatchObject({ ids: true });
    const { ids } = await readFaissFlat(at('ids.faiss'));
    expect([...ids!]).toEqual([70n, 8n, 9n ** 18n]);
    await done('codes index --codes ids.faiss --out again.index');
    expect((await openIndex(at('again.index'))).idOf(2)).toBe(9n ** 18n);
    const { hits } = await done('search --codes ids.faiss --item 2 -k 1');
    expect(hits[0].name).toBe(`${9n ** 18n}`);
  });
});

describe('unseen search', () => {
  it('finds only rows of a list', async () => {
    await writeFile(at('some.txt'), `12\n${name(40)}\r\n\n299`);
    const { hits } = await done('search --codes codes.npy --item 12 --allow some.txt');
    expect(hits.map(({ row }: { row: number }) => row).sort((a: number, b: number) => a - b)).toEqual([
      12, 40, 299,
    ]);
    await writeFile(at('wrong.txt'), `12\nno-such.jpg\n`);
    const error = await refused('FILE_MALFORMED', 'search --codes codes.npy --item 12 --allow wrong.txt');
    expect(error.message).toContain('line 2');
    const nothing = await unseen(
      ['search', '--codes', 'codes.npy', '--code', '00'.repeat(8), '--radius', '0', '--allow', 'some.txt'],
      { cwd },
    );
    expect(nothing.stdout).toBe('no code within 0 bits among those of some.txt\n');
  });

  it('refuses to re-rank what has no values before the sign', async () => {
    await refused('ARGUMENT_INVALID', 'search --codes codes.npy --item 3 --rerank');
    await refused('ARGUMENT_INVALID', 'search --codes codes.npy --code 00ff --rerank 50');
  });
});

describe('a wrong call of unseen codes', () => {
  it('is refused before anything is written', async () => {
    await writeFile(at('junk.bin'), 'not codes at all');
    await writeFile(at('taken.npy'), 'something');
    for (const [code, line] of [
      ['CALL_INVALID', 'codes dedup --codes codes.npy'],
      ['CALL_INVALID', 'codes dedup --codes codes.npy --radius 3 --linkage complete'],
      ['ARGUMENT_INVALID', 'codes dedup --codes codes.npy --radius 65'],
      ['ARGUMENT_INVALID', 'codes dedup --codes codes.npy --radius 3 --out groups.csv'],
      ['FILE_UNREADABLE', 'codes dedup --codes missing.npy --radius 3'],
      ['FILE_MALFORMED', 'codes dedup --codes junk.bin --radius 3'],
      ['ARGUMENT_INVALID', 'codes knn-graph --codes codes.npy --out graph.csv'],
      ['OUTPUT_EXISTS', 'codes knn-graph --codes codes.npy --out taken.npy'],
      ['OUTPUT_EXISTS', 'codes convert codes.npy --out taken.npy'],
      ['ARGUMENT_INVALID', 'codes convert codes.npy --out never.bin'],
      ['ARGUMENT_INVALID', 'codes convert codes.npy --out never.faiss --out-order big'],
      ['CALL_INVALID', 'codes index --codes codes.npy --kind tree --out never.index'],
    ] as const)
      await refused(code, line);
  });

  it('an index file that is cut short is refused, and named', async () => {
    await done('codes index --codes codes.npy --out whole.index');
    const bytes = await readFile(at('whole.index'));
    await writeFile(at('cut.index'), bytes.subarray(0, bytes.length - 64));
    const error = await refused('FILE_LENGTH', 'search --codes cut.index --item 0');
    expect(error.message).toContain('cut.index');
  });
});

describe('Ctrl-C', () => {
  it('ends the search for duplicates and leaves nothing', async () => {
    const many = nearCodes(400_000, BITS, new Random(3, 'cli-codes'));
    await writeCodesNpy(at('many.npy'), many);
    const options: RunOptions = { cwd, interruptAt: /comparing|neighbours/ };
    for (const line of [
      'codes dedup --codes many.npy --radius 9 --linkage single --out never.jsonl',
      'codes knn-graph --codes many.npy -k 50 --out never.npy',
    ]) {
      const result = await unseen(line, options);
      expect(result.stderr).toMatch(/error ABORTED: /);
      expect(result.status).toBe(1);
      expect((await readdir(cwd)).filter((file) => file.includes('never'))).toEqual([]);
    }
  });
});
