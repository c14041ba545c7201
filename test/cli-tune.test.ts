import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type Run, succeed, unseen, writeArrays } from './program.ts';

let cwd: string;
const run = (line: string): Promise<Run> => unseen(line, { cwd });
const done = (line: string): Promise<Json> => succeed(line, cwd);
const BASE = 'tune --data data --method itq --bits 8 --folds 2';

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-tune-'));
  await writeArrays(path.join(cwd, 'arrays'));
  await done('import npy arrays --name animals --out data');
  await done('split --data data --unseen 3 --seed 5 --out split.json');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('unseen tune', () => {
  it('chooses settings that train and compare take', async () => {
    const { trials, folds, settings, choice, aborted } = await done(
      `${BASE} --split split.json --set iterations=1,2,50 --out config.json`,
    );
    expect(trials.map((trial: Json) => trial.settings)).toEqual([{}, { iterations: 1 }, { iterations: 2 }]);
    expect(folds).toHaveLength(2);
    expect(settings).toEqual(trials[choice.recommended].settings);
    expect(aborted).toBe(false);
    expect(JSON.parse(await readFile(path.join(cwd, 'config.json'), 'utf8'))).toEqual({
      method: 'itq',
      bits: 8,
      settings,
    });
    const model = await done('train --data data --split split.json --config config.json --out model');
    expect(model).toMatchObject({ method: 'itq', bits: 8 });
    const compared = await done(
      'compare --data data --unseen 3 --methods itq,lsh --bits 8 --seeds 5 --processes 0 --config config.json',
    );
    expect(compared.runs).toHaveLength(4);
  });

  it('draws the split that split and compare draw, and prints a table', async () => {
    const words = '--unseen 3 --seed 5 --set iterations=1,2';
    const drawn = await done(`${BASE} ${words}`);
    const read = await done(`${BASE} --split split.json --seed 5 --set iterations=1,2`);
    expect(drawn.split).toBe(read.split);
    expect(drawn.folds).toEqual(read.folds);
    const { status, stdout, stderr } = await run(`${BASE} ${words} --no-prune`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^itq, 8 bits: mean mAP of image->image on 2 folds of seen classes$/m);
    expect(stdout).toMatch(/^default +[01]\.\d{3} ± 0\.\d{3} +[01]\.\d{3} +[01]\.\d{3}/m);
    expect(stdout).toMatch(/than the default/);
    expect(stderr).toMatch(/^3\/3 {2}iterations=2: mAP/m);
  });

  it('takes words, numbers and lists of values', async () => {
    const { trials } = await done(`${BASE} --unseen 3 --set input=features --set iterations=1,2`);
    expect(trials.map((trial: Json) => trial.settings)).toEqual([
      { input: 'features' },
      { input: 'features', iterations: 1 },
      { input: 'features', iterations: 2 },
    ]);
  });

  it.each([
    ['--split split.json --unseen 3', 'ARGUMENT_INVALID'],
    ['--split split.json --protocol supervised', 'ARGUMENT_INVALID'],
    ['--unseen 3 --set iterations=', 'CALL_INVALID'],
    ['--unseen 3 --set iterations=1,0', 'ARGUMENT_INVALID'],
    ['--unseen 3 --folds 9', 'TUNE_FOLDS'],
    ['--unseen 3 --method lsh', 'TUNE_NOTHING'],
    ['--unseen 3 --out split.json', 'OUTPUT_EXISTS'],
  ])('refuses %s', async (words, code) => {
    const { status, json } = await run(`${BASE} ${words} --json`);
    expect(status).toBe(2);
    expect(json().error.code).toBe(code);
  });

  it('has its files read with care by compare', async () => {
    const compare = 'compare --data data --unseen 3 --methods itq --bits 8 --seeds 5 --processes 0 --json';
    const file = (name: string, config: object) =>
      writeFile(path.join(cwd, name), JSON.stringify(config)).then(() => `--config ${name}`);
    const codeOf = async (words: string) => (await run(`${compare} ${words}`)).json().error?.code;
    const some = await file('some.json', { method: 'itq', bits: 64, settings: { iterations: 0 } });
    expect(await codeOf(some)).toBe('ARGUMENT_INVALID');
    expect(await codeOf(`${some} --set itq.iterations=3`)).toBeUndefined(); // the command line wins
    expect(await codeOf(`${some} ${some}`)).toBe('CONFIG_INVALID');
    expect(await codeOf(await file('nobody.json', { settings: {} }))).toBe('CONFIG_INVALID');
    expect(await codeOf(await file('other.json', { method: 'lsh' }))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(await file('long.json', { itq: { iterations: 3 } }))).toBe('CONFIG_INVALID');
  });

  it('prints what was finished when it is stopped, and says so', async () => {
    const line = `${BASE} --unseen 3 --set iterations=1,300,400,500,600,700,800,900,1000 --json`;
    const { status, stderr, json } = await unseen(line, { cwd, interruptAt: /^2\/10/m });
    expect(status).toBe(1);
    expect(stderr).toMatch(/ABORTED/);
    const { trials, aborted } = json();
    expect(aborted).toBe(true);
    expect(trials.length).toBeGreaterThanOrEqual(2);
    expect(trials.length).toBeLessThan(10);
  });
});
