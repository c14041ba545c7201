import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../src/data/npy.ts';
import { CLASSES, type Json, ROWS, type Run, succeed, unseen, writeArrays } from './program.ts';

let cwd: string;
/** A process a command line, as a user starts them. */
const run = (line: string): Promise<Run> => unseen(line, { cwd, own: true });
const at = (...parts: string[]): string => path.join(cwd, ...parts);

const done = (line: string): Promise<Json> => succeed(line, cwd, { own: true });

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-cli-'));
  await writeArrays(at('arrays'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('the whole road on the command line', () => {
  it('imports arrays into a dataset folder', async () => {
    const result = await done('import npy arrays --name animals --out data');
    expect(result).toMatchObject({ folder: 'data', name: 'animals', rows: ROWS, classes: CLASSES.length });
    expect(result.classEmbeddings).toHaveLength(1);
  });

  it('splits by number and by name, and the same seed gives the same split', async () => {
    const split = await done('split --data data --unseen 3 --seed 5 --out split.json');
    expect(split.unseen).toHaveLength(3);
    expect(split.rows.train).toBe(5 * 24);
    const again = await done('split --data data --unseen 3 --seed 5 --out again.json');
    expect(again.hash).toBe(split.hash);
    const named = await done('split --data data --unseen bee,fox --out named.json');
    expect(named.unseen).toEqual(['bee', 'fox']);
  });

  it('trains, and says what and how long', async () => {
    const model = await done(
      'train --data data --split split.json --method itq --bits 16 --out model --set iterations=5',
    );
    expect(model).toMatchObject({ model: 'model', method: 'itq', bits: 16, seed: 0, dataset: 'animals' });
    expect(model.log.at(-1).metrics.loss).toBeGreaterThan(0);
    const manifest = JSON.parse(await readFile(at('model', 'model.json'), 'utf8'));
    expect(manifest.fingerprint).toBe(model.fingerprint);
    expect(manifest.settings).toMatchObject({ iterations: 5 });
  });

  it('takes method and settings from a file, and the command line wins', async () => {
    const config = { method: 'itq', bits: 8, seed: 3, settings: { iterations: 2 } };
    await writeFile(at('config.json'), JSON.stringify(config));
    const model = await done(
      'train --data data --split split.json --config config.json --bits 16 --out other',
    );
    expect(model).toMatchObject({ method: 'itq', bits: 16, seed: 3 });
  });

  it('encodes a dataset into codes that NumPy reads', async () => {
    const result = await done('encode --model model --data data --out codes.npy');
    expect(result).toMatchObject({ rows: ROWS, bits: 16 });
    const { data, shape } = await readNpy(at('codes.npy'));
    expect(data).toBeInstanceOf(Uint8Array);
    expect(shape).toEqual([ROWS, 2]);
  });

  it('finds an item at distance 0 from itself, by row and by code', async () => {
    const byRow = await done('search --codes codes.npy --item 7 -k 5');
    expect(byRow.hits).toHaveLength(5);
    expect(byRow.hits[0].distance).toBe(0);
    const byCode = await done(`search --codes codes.npy --code ${byRow.query} --radius 0`);
    expect(byCode.hits.map((hit: { row: number }) => hit.row)).toContain(7);
    expect(byCode.hits.every((hit: { distance: number }) => hit.distance === 0)).toBe(true);
  });

  it('evaluates on both databases, and writes a report', async () => {
    const { runs, environment } = await done(
      'evaluate --model model --data data --split split.json --report report',
    );
    expect(runs.map((entry: { database: string }) => entry.database)).toEqual(['unseen', 'generalized']);
    for (const { map, mapLow, mapHigh, chance } of runs) {
      expect(mapLow).toBeLessThanOrEqual(map);
      expect(map).toBeLessThanOrEqual(mapHigh);
      expect(map).toBeGreaterThan(chance);
    }
    expect(environment.node).toBe(process.version);
    const page = await readFile(at('report', 'index.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).toContain('<svg class="plot"');
    expect(JSON.parse(await readFile(at('report', 'results.json'), 'utf8')).runs).toHaveLength(2);
  });

  it('compares methods, lengths and seeds, with settings by method', async () => {
    const { runs, summary, aborted } = await done(
      'compare --data data --unseen 3 --methods lsh,itq --bits 8,16 --seeds 0,1 --set itq.iterations=3 --report comparison',
    );
    expect(runs).toHaveLength(2 * 2 * 2 * 2);
    expect(summary).toHaveLength(2 * 2 * 2);
    expect(aborted).toBe(false);
    expect(runs[0]).toMatchObject({
      method: 'lsh',
      bits: 8,
      seed: 0,
      task: 'image->image',
      database: 'unseen',
    });
    expect(await readdir(at('comparison'))).toEqual([
      'index.html',
      'results.csv',
      'results.json',
      'results.tex',
      'runs.jsonl',
    ]);
  });

  it('prints a table for people, without colour when piped', async () => {
    const result = await run('compare --data data --unseen 3 --methods lsh --bits 8');
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/^lsh +0\.\d{3} ± 0\.\d{3}$/m);
    expect(result.stdout).toMatch(/^chance +0\.\d{3}$/m);
    expect(result.stdout + result.stderr).not.toContain('\x1b');
  });

  it('refuses to replace outputs, unless forced', async () => {
    const before = await readFile(at('model', 'model.json'), 'utf8');
    const train = 'train --data data --split split.json --method lsh --bits 16 --out model';
    const refused = await run(`${train} --json`);
    expect(refused.status).toBe(2);
    expect(refused.json().error.code).toBe('OUTPUT_EXISTS');
    expect(await readFile(at('model', 'model.json'), 'utf8')).toBe(before);
    await done(`${train} --force`);
    expect(await readFile(at('model', 'model.json'), 'utf8')).not.toBe(before);
  });

  it('refuses codes of another model as a query', async () => {
    // `model` was replaced above; the codes are of its predecessor.
    const result = await run('search --codes codes.npy --image any.png --model model --json');
    expect(result.status).toBe(2);
    expect(result.json().error.code).toBe('CODES_OTHER_MODEL');
  });

  it('never deletes a folder that it did not write', async () => {
    const args = 'evaluate --model other --data data --split split.json';
    const result = await run(`${args} --report arrays --force --json`);
    expect(result.status).toBe(2);
    expect(result.json().error.code).toBe('OUTPUT_FOREIGN');
    expect(await readdir(at('arrays'))).toContain('features.npy');
  });
});

describe('Ctrl-C', () => {
  it('ends a comparison with what was finished, once', async () => {
    const seeds = Array.from({ length: 500 }, (_, i) => i).join(',');
    const args = `compare --data data --unseen 3 --methods itq --bits 16 --seeds ${seeds}`;
    const result = await unseen(`${args} --json`, { cwd, interruptAt: /^2\/500 /m });
    expect(result.status).toBe(1);
    const { aborted, runs } = result.json();
    expect(aborted).toBe(true);
    expect(runs.length).toBeGreaterThanOrEqual(4);
    expect(runs.length).toBeLessThan(1000);
    expect(result.stderr).toMatch(/error ABORTED: .*\n {2}\d+ of 500 runs were finished and are printed/);
  });

  it('ends a training and leaves nothing', async () => {
    const args = 'train --data data --split split.json --method itq --bits 32';
    const result = await unseen(`${args} --set iterations=1000 --out stopped`, {
      cwd,
      interruptAt: /covariance|rotation/,
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/error ABORTED: .*training\n {2}Nothing was written\./);
    expect((await readdir(cwd)).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});
