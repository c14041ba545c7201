/** `unseen bench search` and `unseen bench updates` as a user calls them, on few codes. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unseen } from './program.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-cli-bench-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('unseen bench search', () => {
  const few = 'bench search --engines linear,mih --sizes 3000 --batches 1,10 --queries 20 --quick';

  it('prints the cases as one document, every field of them', async () => {
    const run = await unseen(`${few} --data clustered --k 1,5 --threads 1,2 --json`, { cwd });
    expect(run.status).toBe(0);
    const { environment, cases, readBandwidthGBps, missing, skipped, rivals } = run.json();
    expect(environment).toMatchObject({ node: process.version, cpu: expect.any(String) });
    expect(readBandwidthGBps).toBeGreaterThan(0);
    expect([missing, skipped, rivals]).toEqual([[], [], []]);
    expect(cases).toHaveLength(2 * 2 * 2 * 2);
    for (const one of cases) {
      expect(one).toEqual({
        engine: expect.stringMatching(/^(linear|mih)$/),
        version: expect.stringMatching(/^\d/),
        setting: expect.any(String),
        exact: true,
        recall: 1,
        data: 'clustered',
        n: 3000,
        bits: 64,
        k: expect.any(Number),
        batch: expect.any(Number),
        threads: expect.any(Number),
        medianMs: expect.any(Number),
        p99Ms: expect.any(Number),
        calls: expect.any(Number),
        bytes: expect.any(Number),
        buildSeconds: expect.any(Number),
        workPerQuery: {
          codesCompared: expect.any(Number),
          bucketsProbed: expect.any(Number),
          queriesScanned: expect.any(Number),
        },
      });
    }
  });

  it('prints a table with the ratio first, and writes plots', async () => {
    const run = await unseen(`${few} --data random --out report`, { cwd });
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^faiss-flat \/ it +engine +data/);
    expect(run.stdout).toMatch(/– +mih +random +3000 +64 +10 +10 +1 +1\.000/);
    expect(run.stdout).toMatch(/One thread reads [\d.]+ GB\/s/);
    const files = await readdir(path.join(cwd, 'report'));
    expect(files.sort()).toEqual([
      'index.html',
      'random-64-bit-k10-batch1-threads1.svg',
      'random-64-bit-k10-batch10-threads1.svg',
      'results.json',
    ]);
    const results = JSON.parse(await readFile(path.join(cwd, 'report/results.json'), 'utf8'));
    expect(results.cases).toHaveLength(4);
    const again = await unseen(`${few} --out report`, { cwd });
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('OUTPUT_EXISTS');
  });

  it.each([
    ['--engines linear,none', /linear, mih, faiss-flat/],
    ['--data real,none', /random, clustered, real/],
    ['--data random,random', /comes twice/],
    ['--sizes 10', /1000/],
    ['--k 0', /1 to/],
    ['--threads 1.5', /whole number/],
    ['--sizes 1000 --batches 300', /batches: must be a whole number from 1 to 200/],
    ['--sizes 1000 --bits 12', /multiple of 8/],
  ])('refuses %s', async (options, reason) => {
    const run = await unseen(`bench search ${options}`, { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(reason);
    expect(run.stdout).toBe('');
  });
});

it('unseen bench updates prints what an index costs besides searching', async () => {
  const run = await unseen('bench updates --sizes 2000 --json', { cwd });
  expect(run.status).toBe(0);
  const { cases } = run.json();
  expect(cases.map(({ engine, n }: { engine: string; n: number }) => [engine, n])).toEqual([
    ['linear', 2000],
    ['mih', 2000],
  ]);
  const table = await unseen('bench updates --sizes 2000 --engines mih', { cwd });
  expect(table.stdout).toMatch(/mih +clustered +2000 +64/);
});

it('unseen bench collection prints what an embedded collection takes', async () => {
  const run = await unseen('bench collection --sizes 2000 --batch 500 --json', { cwd });
  const { cases } = JSON.parse(run.stdout);
  expect(cases).toMatchObject([{ items: 2000, bits: 64, batch: 500 }]);
  const table = await unseen('bench collection --sizes 1000', { cwd });
  expect(table.stdout).toContain('written, items/s');
  expect(table.stdout).toMatch(/^ *1000 +64 +10000 /m);
});
