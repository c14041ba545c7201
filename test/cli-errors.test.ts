import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../src/data/npy.ts';
import { METHODS } from '../src/methods/index.ts';
import { CLASSES, DIM, type Json, ROWS, unseen, writeArrays } from './program.ts';

let cwd: string;
const at = (...parts: string[]): string => path.join(cwd, ...parts);

/** Runs what must be refused: exit code 2, the error's code, a hint, and no new file anywhere. */
async function refused(code: string, line: string): Promise<{ message: string; hint: string; values: Json }> {
  const before = await readdir(cwd, { recursive: true });
  const result = await unseen(`${line} --json`, { cwd });
  expect(result.stderr).toContain(`error ${code}: `);
  const { error } = result.json();
  expect(error).toMatchObject({ code, exit: 2 });
  expect(error.hint).toBeTruthy();
  expect(result.status).toBe(2);
  expect(await readdir(cwd, { recursive: true })).toEqual(before);
  return error;
}

/** A copy of the good arrays with something wrong in it, and its import refused. */
async function refusedImport(code: string, name: string, spoil: (folder: string) => Promise<void>) {
  await cp(at('arrays'), at(name), { recursive: true });
  await spoil(at(name));
  return refused(code, `import npy ${name} --out ${name}-data`);
}

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-cli-'));
  await writeArrays(at('arrays'));
  for (const line of [
    'import npy arrays --name animals --out data',
    'import npy arrays --name others --out others',
    'split --data data --unseen 3 --out split.json',
    'split --data data --protocol supervised --out supervised.json',
    'train --data data --split split.json --method lsh --bits 16 --out model',
  ]) {
    const { status, stderr } = await unseen(line, { cwd });
    expect(stderr).not.toMatch(/^error/m);
    expect(status).toBe(0);
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('bad data', () => {
  it('a truncated array names the file and both lengths', async () => {
    const error = await refusedImport('FILE_LENGTH', 'truncated', (folder) =>
      truncate(path.join(folder, 'features.npy'), 1000),
    );
    expect(error.message).toContain('features.npy');
    expect(error.message).toContain('1000');
  });

  it('a NaN names the row', async () => {
    const error = await refusedImport('VALUE_NOT_FINITE', 'nan', async (folder) => {
      const data = new Float32Array(ROWS * DIM).fill(0.5);
      data[17 * DIM + 3] = Number.NaN;
      await writeNpy(path.join(folder, 'features.npy'), data, [ROWS, DIM]);
    });
    expect(error.values).toMatchObject({ row: 17, column: 3 });
  });

  it('a label without a class names row and label', async () => {
    const error = await refusedImport('LABEL_OUT_OF_RANGE', 'label', async (folder) => {
      const labels = Int32Array.from({ length: ROWS }, (_, row) => (row === 40 ? 99 : 0));
      await writeNpy(path.join(folder, 'labels.npy'), labels, [ROWS]);
    });
    expect(error.message).toContain('row 40: label 99');
  });

  it('a class without an embedding is named', async () => {
    const error = await refusedImport('CLASS_EMBEDDING_MISSING', 'embedding', async (folder) => {
      await rm(path.join(folder, 'embeddings.npy'));
      const vectors = Object.fromEntries(
        CLASSES.filter((name) => name !== 'elk').map((name, i) => [name, [1, i]]),
      );
      await writeFile(path.join(folder, 'embeddings.json'), JSON.stringify(vectors));
    });
    expect(error.message).toContain('"elk"');
  });

  it('a class whose embedding is zero is named', async () => {
    const error = await refusedImport('CLASS_EMBEDDING_ZERO', 'zero', async (folder) => {
      const vectors = new Float32Array(CLASSES.length * 2).fill(1);
      vectors.fill(0, 4, 6);
      await writeNpy(path.join(folder, 'embeddings.npy'), vectors, [CLASSES.length, 2]);
    });
    expect(error.message).toContain('"cow"');
  });

  it('a split of another dataset is refused by train, and so is one that was edited', async () => {
    const train = 'train --method lsh --bits 16 --out never';
    await refused('SPLIT_OTHER_DATASET', `${train} --data others --split split.json`);
    const split = JSON.parse(await readFile(at('split.json'), 'utf8'));
    split.train.pop();
    await writeFile(at('edited.json'), JSON.stringify(split));
    await refused('SPLIT_HASH_MISMATCH', `${train} --data data --split edited.json`);
  });

  it('a split without a pool is refused by a method that needs one', async () => {
    const args = '--data data --split supervised.json --method tzsh --bits 16 --out never';
    const error = await refused('TRAINING_ROWS_EMPTY', `train ${args}`);
    expect(error.message).toContain('pool');
  });

  it('a model that was changed is refused', async () => {
    await cp(at('model'), at('changed'), { recursive: true });
    const [encoder] = (await readdir(at('changed'))).filter((name) => name.endsWith('.onnx'));
    const bytes = await readFile(at('changed', encoder!));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(at('changed', encoder!), bytes);
    await refused('MODEL_HASH_MISMATCH', 'encode --model changed --data data --out never.npy');
  });
});

describe('a wrong call', () => {
  it('an unknown command and an unknown option come with what was meant', async () => {
    const command = await refused('CALL_INVALID', 'tarin');
    expect(command.hint).toContain('Did you mean train?');
    const option = await refused('CALL_INVALID', 'search --codes codes.npy --itme 3');
    expect(option.hint).toContain('Did you mean --item?');
    expect(option.hint).toContain('unseen search --help');
  });

  it('an unknown method lists the known ones, an unknown setting too', async () => {
    const train = 'train --data data --split split.json --bits 16 --out never';
    const method = await refused('METHOD_UNKNOWN', `${train} --method lhs`);
    expect(method.hint).toContain('lsh');
    const setting = await refused('METHOD_SETTING_UNKNOWN', `${train} --method itq --set iteration=3`);
    expect(setting.hint).toContain('iterations');
  });

  it('numbers out of range, empty lists and contradictions are refused', async () => {
    await refused('CALL_INVALID', 'split --data data --unseen 3 --seed 1.5 --out never');
    await refused('CALL_INVALID', 'compare --data data --methods lsh,,itq --bits 8');
    await refused('CALL_INVALID', 'compare --data data --methods lsh --bits 8 --set bits');
    await refused('SPLIT_UNSEEN_COUNT', 'split --data data --unseen 7 --out never');
    await refused('CLASS_UNKNOWN', 'split --data data --unseen ant,yak --out never');
    await refused('ARGUMENT_INVALID', 'encode --model model --out never.npy');
    await refused('ARGUMENT_INVALID', 'search --codes codes.npy --item 3 --code ff');
    const train = 'train --data data --split split.json --method lsh --out never';
    await refused('ARGUMENT_INVALID', `${train} --bits 12`);
  });

  it('a configuration with a misspelt key is refused', async () => {
    await writeFile(at('config.json'), '{"metod": "lsh"}');
    const args = '--data data --split split.json --config config.json --out never';
    const error = await refused('CONFIG_INVALID', `train ${args}`);
    expect(error.message).toContain('metod');
  });

  it('a missing folder for the output is refused before the work', async () => {
    const error = await refused('FILE_UNREADABLE', 'split --data data --unseen 3 --out no/such/split.json');
    expect(error.message).toContain('no/such');
  });

  it('the help of training and comparing lists every method, those of texts apart', async () => {
    const across = Object.keys(METHODS).filter((name) => METHODS[name]!.modalities.includes('text'));
    for (const line of ['train --help', 'compare -h', 'help train']) {
      const { stdout, status } = await unseen(line, { cwd });
      expect(status).toBe(0);
      const [, alone, both] = stdout.split(/^Methods that encode .*:$/m);
      const listed = (text: string) => Array.from(text.matchAll(/^ {2}(\S+) {2,}\S/gm), ([, name]) => name);
      expect(listed(both!)).toEqual(across);
      expect([...listed(alone!), ...listed(both!)].sort()).toEqual(Object.keys(METHODS).sort());
    }
    expect((await unseen('split --help', { cwd })).stdout).not.toContain('Methods');
  });

  it('no command at all shows help and is an error; help that was asked for is none', async () => {
    const none = await unseen('', { cwd });
    expect(none.status).toBe(2);
    expect(none.stderr).toContain('Usage: unseen');
    for (const command of ['import', 'split', 'train', 'encode', 'search', 'evaluate', 'compare', 'demo']) {
      const help = await unseen(`${command} --help`, { cwd });
      expect(help.status).toBe(0);
      expect(help.stdout).toMatch(/Examples:\n {2}\$ unseen /);
    }
    expect((await unseen('bench', { cwd })).status).toBe(2);
  });
});
