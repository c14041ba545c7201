/** Splits by name, and class embeddings of every kind, on the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetFromArrays, writeDataset } from '../src/data/index.ts';
import { type Run, unseen } from './program.ts';

const CIFAR10 = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

let cwd: string;
const at = (name: string): string => path.join(cwd, name);
const run = (call: string): Promise<Run> => unseen(call, { cwd });
const split = async (unseenClasses: string) =>
  (await run(`split --data ten --unseen ${unseenClasses} --seed 3 --out s.json --force --json`)).json();

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-splits-'));
  const ten = datasetFromArrays({
    name: 'ten',
    classes: CIFAR10,
    splits: { proposed: { unseen: [1, 9] } },
    modalities: {
      image: {
        features: Array.from({ length: 60 }, (_, i) => [i % 10, i, 1]),
        labels: Array.from({ length: 60 }, (_, i) => i % 10),
      },
    },
  });
  await writeDataset(ten, at('ten'));
  const said = CIFAR10.map((name, i) => `${name.toUpperCase()}\t${i < 2 ? 'a machine' : 'an animal'}\n`);
  await writeFile(at('said.tsv'), said.join(''));
  await writeFile(at('matrix.txt'), CIFAR10.map((_, i) => `${i} 1\n`).join(''));
  await writeFile(at('classes.txt'), CIFAR10.map((name, i) => `${i + 1} ${name}\n`).join(''));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('unseen split --unseen split:NAME', () => {
  it('takes the splits of the dataset, and those that are known', async () => {
    expect(await split('split:proposed')).toMatchObject({
      unseen: ['automobile', 'truck'],
      unseenFrom: 'proposed',
    });
    const drawn = await split('split:cifar10-8-2');
    expect(drawn.unseen).toEqual((await split('2')).unseen);
    expect(drawn.unseenFrom).toBe('cifar10-8-2');
  });

  it('names what there is when there is no such split, also in its help', async () => {
    const { error } = await split('split:cifar');
    expect(error).toMatchObject({
      code: 'SPLIT_UNKNOWN',
      hint: expect.stringContaining('proposed, apy-20-12'),
    });
    expect((await split('cifar10-8-2')).error.code).toBe('CLASS_UNKNOWN');
    for (const command of ['split', 'compare'])
      expect((await run(`${command} --help`)).stdout).toContain('split:tiny-imagenet-160-40');
  });
});

describe('unseen import dataset', () => {
  it('gives a dataset other class embeddings; its splits stay valid', async () => {
    await split('split:proposed');
    const described = await run('import dataset ten --embeddings said.tsv --out described --json');
    expect(described.json()).toMatchObject({ rows: 60, classEmbeddings: ['descriptions'] });
    const both = await run('import dataset described --embeddings matrix.txt --out both --json');
    expect(both.json()).toMatchObject({ classEmbeddings: ['matrix', 'descriptions'] });
    expect(both.json().fingerprint).toBe(described.json().fingerprint);
    const trained = await run('train --data both --split s.json --method lsh --bits 8 --out model --json');
    expect(trained.status).toBe(0);
  });
});
