/** Pictures with texts through the command line: what the other roads share is tested there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, PAIRS, succeed, unseen, writeArrays, writePairs } from './program.ts';

let cwd: string;
const at = (...parts: string[]): string => path.join(cwd, ...parts);
const TASKS = ['image->text', 'text->image', 'image->image', 'text->text'];
const QUICK = '--set anchors=40 --set iterations=10';

const done = (line: string): Promise<Json> => succeed(line, cwd);

async function refused(code: string, line: string): Promise<Json> {
  const before = await readdir(cwd);
  const result = await unseen(`${line} --json`, { cwd });
  expect(result.status).toBe(2);
  expect(result.json().error.code).toBe(code);
  expect(result.stderr).toContain(`error ${code}: `);
  expect(await readdir(cwd)).toEqual(before);
  return result.json().error;
}

const count = (lacks: (row: number) => boolean): number =>
  Array.from({ length: PAIRS.rows }, (_, row) => row).filter((row) => !lacks(row)).length;

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-texts-'));
  await writePairs(at('data'));
  await writeArrays(at('arrays'));
  await done('split --data data --unseen 2 --out split.json');
  await done(`train --data data --split split.json --method cca-itq --bits 16 --out model ${QUICK}`);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('splits', () => {
  it('draw a share of the classes, and say whose labels may be read', async () => {
    const all = await done('split --data data --unseen 25% --out all.json');
    expect(all.unseen).toHaveLength(2);
    expect(all).not.toHaveProperty('labelled');
    const few = await done(
      'split --data data --unseen 25% --label-share 10% --label-spaces disjoint --out few.json',
    );
    expect(few.unseen).toEqual(all.unseen);
    expect(few.rows).toEqual(all.rows);
    // At least one row a class, and a tenth of about twenty.
    expect(few.labelled).toBe(2 * 6);
    expect(few.labelSpaces.image).toHaveLength(3);
    expect(few.labelSpaces.text).toHaveLength(3);
    const people = await unseen('split --data data --unseen 2 --label-share 0.1 --out people.json', { cwd });
    expect(people.stdout).toMatch(/^readable the labels of 12 of \d+ training rows$/m);
  });

  it('refuse a share that is none', async () => {
    for (const share of ['0', '1.5', '-1', '101%', 'x', '1e-1'])
      await refused('CALL_INVALID', `split --data data --unseen 2 --label-share=${share} --out never`);
    await refused('CALL_INVALID', 'split --data data --unseen 0% --out never');
    await refused('ARGUMENT_INVALID', 'split --data data --unseen 100% --out never');
  });
});

describe('a model of pictures and texts', () => {
  it('is measured on four tasks and on the mean of both directions, and shows what it finds', async () => {
    const { runs, summary } = await done(
      'evaluate --model model --data data --split split.json --report report',
    );
    expect(runs.map((run: Json) => `${run.task} ${run.database}`)).toEqual(
      TASKS.flatMap((task) => [`${task} unseen`, `${task} generalized`]),
    );
    const map = (task: string): number =>
      summary.find((row: Json) => row.task === task && row.database === 'unseen').map.mean;
    expect(map('image<->text')).toBeCloseTo((map('image->text') + map('text->image')) / 2, 12);
    expect((await readdir(at('report'))).sort()).toEqual([
      'image-to-text.png',
      'index.html',
      'results.json',
      'retrieved.png',
      'text-to-image.png',
    ]);
    const page = await readFile(at('report', 'index.html'), 'utf8');
    expect(page.match(/role="img" aria-label="Precision and recall, \d+ bits, /g)).toHaveLength(4);
    expect(page).toContain('Lift over chance');
    expect(page).toMatch(/<div class="card">thing\d/);
    expect(page).toMatch(/<img src="data:image\/webp;base64,/);
  });

  it('has a block a task on the terminal, with the databases as columns', async () => {
    const { stdout } = await unseen('evaluate --model model --data data --split split.json', { cwd });
    for (const task of [...TASKS, 'mean of image->text and text->image'])
      expect(stdout).toMatch(new RegExp(`^${task}\\n\\n +unseen +generalized\\n`, 'm'));
    expect(stdout.match(/^queries /gm)).toHaveLength(4);
    expect(stdout).toMatch(/^lift over chance +-?0\.\d{3} +-?0\.\d{3}$/m);
  });

  it('encodes the rows that have an item, and the file says which', async () => {
    const texts = await done('encode --model model --data data --modality text --out texts.npy');
    const pictures = await done('encode --model model --data data --out pictures.npy');
    expect(texts).toMatchObject({ rows: count(PAIRS.withoutText), modality: 'text', unknownTexts: 0 });
    expect(pictures).toMatchObject({ rows: count(PAIRS.withoutPicture), modality: 'image' });
    expect(texts.leftOut).toBe(PAIRS.rows - texts.rows);
    const facts = JSON.parse(await readFile(at('texts.npy.json'), 'utf8'));
    expect(facts.names[0]).toMatch(/^thing0x\d word\d+ · word\d+ thing0x\d$/);
    expect(facts.datasetRows).toEqual(
      Array.from({ length: PAIRS.rows }, (_, row) => row).filter((row) => !PAIRS.withoutText(row)),
    );
  });

  it('encodes texts of the call and of files, a line each', async () => {
    await writeFile(at('lines.txt'), 'thing1x0 word3\n\nthing2x1\n');
    await writeFile(at('lines.jsonl'), '{"text": "thing1x0 word3"}\n{"text": ["thing2x1", "thing2x0"]}\n');
    const codesOf = async (line: string): Promise<Buffer[]> => {
      await done(`encode --model model ${line} --out some.npy --force`);
      const bytes = (await readFile(at('some.npy'))).subarray(128);
      return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.subarray(2 * i, 2 * i + 2));
    };
    const called = await codesOf('--text "thing1x0 word3" --text thing2x1');
    const plain = await codesOf('lines.txt');
    const json = await codesOf('lines.jsonl');
    expect([called.length, plain.length, json.length]).toEqual([2, 3, 2]);
    expect([plain[0], plain[2], json[0]]).toEqual([called[0], called[1], called[0]]);
    const warned = await unseen('encode --model model lines.txt --out warned.npy --json', { cwd });
    expect(warned.json()).toMatchObject({ rows: 3, modality: 'text', unknownTexts: 1 });
    expect(warned.stderr).toContain('1 of 3 texts hold no word that the model knows');
  });

  it('finds pictures and texts by words, by a picture, and by a row', async () => {
    const pixels = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#a50' } })
      .png()
      .toBuffer();
    await writeFile(at('picture.png'), pixels);
    const asked = [
      ['--text "thing3x0 thing3x1"', 'pictures', 'text->image'],
      ['--text "thing3x0 thing3x1"', 'texts', 'text->text'],
      ['--image picture.png', 'texts', 'image->text'],
      ['--image picture.png', 'pictures', 'image->image'],
    ] as const;
    for (const [query, codes, task] of asked) {
      const found = await done(`search ${query} --model model --codes ${codes}.npy -k 3`);
      expect(found.task).toBe(task);
      expect(found.hits).toHaveLength(3);
      expect(found.unknownWords).toBe(query.startsWith('--text') ? false : undefined);
    }
    const words = await done('search --text "thing3x0 thing3x1" --model model --codes texts.npy -k 3');
    expect(words.hits[0].name).toMatch(/thing3x/);
    expect(PAIRS.withoutText(words.hits[0].datasetRow)).toBe(false);
    const row = await done('search --item 0 --codes texts.npy -k 1');
    expect(row).toMatchObject({ task: 'text->text', hits: [{ distance: 0 }] });
    const people = await unseen('search --text thing3x0 --model model --codes texts.npy -k 2', { cwd });
    expect(people.stdout).toMatch(/^ +\d+ +\d+ {2}thing3x/m);
  });

  it('re-ranks what a text or a picture finds by the values before the sign', async () => {
    const asked = '--text "thing3x0 word4" --model model --codes pictures.npy';
    const plain = await done(`search ${asked} -k 40`);
    const ranked = await done(`search ${asked} -k 40 --rerank 40`);
    const rows = ({ hits }: Json): number[] => hits.map((hit: Json) => hit.row);
    expect(rows(ranked)).not.toEqual(rows(plain));
    expect(rows(ranked).toSorted()).toEqual(rows(plain).toSorted());
    const scores: number[] = ranked.hits.map((hit: Json) => hit.score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    const people = await unseen(`search ${asked} -k 2 --rerank`, { cwd });
    expect(people.stdout).toMatch(/^ *score {2}distance {2}row {2}name\n[─ ]+\n *\d+\.\d+ +\d+ +\d+ {2}/);
    await refused('ARGUMENT_INVALID', `search ${asked} -k 20 --rerank 10`);
  });

  it('says when no word of a text is known', async () => {
    const result = await unseen(
      'search --text "quite unheard of" --model model --codes pictures.npy --json',
      { cwd },
    );
    expect(result.status).toBe(0);
    expect(result.json().unknownWords).toBe(true);
    expect(result.stderr).toContain('The text holds no word that the model knows');
  });
});

describe('a comparison', () => {
  it('measures every method on what it can do, and says both directions as it goes', async () => {
    const line = 'compare --data data --unseen 2 --methods lsh,cca-itq --bits 16 --seeds 0,1';
    const result = await unseen(`${line} --set cca-itq.anchors=40 --report comparison --json`, { cwd });
    expect(result.status).toBe(0);
    const { runs, summary } = result.json();
    const tasksOf = (name: string) => [
      ...new Set(runs.filter((run: Json) => run.method === name).map((run: Json) => run.task)),
    ];
    expect(tasksOf('lsh')).toEqual(['image->image']);
    expect(tasksOf('cca-itq')).toEqual(TASKS);
    const both = summary.filter((row: Json) => row.task === 'image<->text');
    expect(both.map((row: Json) => [row.method, row.database, row.seeds.length])).toEqual([
      ['cca-itq', 'unseen', 2],
      ['cca-itq', 'generalized', 2],
    ]);
    expect(both[0].lift.mean).toBeGreaterThan(0);
    expect(result.stderr).toMatch(/^\d\/4 {2}lsh 16 bits, seed 0: mAP 0\.\d{3} \(unseen\)/m);
    expect(result.stderr).toMatch(/cca-itq .*: mAP image->text 0\.\d{3}, text->image 0\.\d{3} \(unseen\)/);
    const page = await readFile(at('comparison', 'index.html'), 'utf8');
    expect(page.match(/role="img" aria-label="Precision and recall, \d+ bits, /g)).toHaveLength(4);
  });

  it('measures only the tasks that were asked, and refuses a method that can do none of them', async () => {
    const line = 'compare --data data --unseen 2 --bits 16 --seeds 0 --tasks image->text,text-to-image';
    const result = await unseen(`${line} --methods cca-itq --set cca-itq.anchors=40`, { cwd });
    const titles = result.stdout.match(/^(mAP|Lift).*$/gm)!.map((title) => title.split(', ')[0]);
    expect(titles).toEqual([
      'mAP',
      'Lift over chance',
      'mAP',
      'Lift over chance',
      'mAP',
      'mAP',
      'mAP',
      'mAP',
    ]);
    const error = await refused('TASKS_IMPOSSIBLE', `${line} --methods cca-itq,lsh`);
    expect(error.message).toContain('lsh');
    await refused(
      'CALL_INVALID',
      'compare --data data --unseen 2 --methods lsh --bits 8 --tasks image->sound',
    );
  });
});

describe('what cannot be done', () => {
  it('a text for a model of pictures names the methods that encode texts', async () => {
    await done('train --data data --split split.json --method lsh --bits 16 --out blind');
    await done('encode --model blind --data data --out blind.npy');
    const search = await refused(
      'METHOD_MODALITY_MISSING',
      'search --text x --model blind --codes blind.npy',
    );
    expect(search.hint).toContain('cca-itq');
    expect(search.hint).not.toContain('lsh');
    await refused('METHOD_MODALITY_MISSING', 'encode --text x --model blind --out never.npy');
    await refused(
      'METHOD_MODALITY_MISSING',
      'encode --data data --modality text --model blind --out never.npy',
    );
  });

  it('a method of texts on pictures alone is refused before anything trains', async () => {
    await done('import npy arrays --out animals');
    const line = 'compare --data animals --unseen 2 --bits 16 --seeds 0 --methods';
    const error = await refused('TRAINING_INPUT_MISSING', `${line} lsh,cca-itq`);
    expect(error.message).toContain('text');
  });

  it('inputs that contradict each other are refused', async () => {
    await writeFile(at('latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]));
    await refused('ARGUMENT_INVALID', 'encode --model model --text x --data data --out never.npy');
    await refused('ARGUMENT_INVALID', 'encode --model model lines.txt picture.png --out never.npy');
    await refused('ARGUMENT_INVALID', 'encode --model model lines.txt --modality image --out never.npy');
    await refused('FILE_MALFORMED', 'encode --model model latin.txt --out never.npy');
    await refused('FILE_UNREADABLE', 'encode --model model missing.txt --out never.npy');
    await refused('ARGUMENT_INVALID', 'search --codes texts.npy --text x');
    await refused('ARGUMENT_INVALID', 'search --codes texts.npy --text x --image picture.png --model model');
    await refused('CODES_OTHER_MODEL', 'search --codes blind.npy --text x --model model');
  });
});
