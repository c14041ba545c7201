import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { zeroShotSplit } from '../data/index.ts';
import { defaultThreads, setDefaultThreads } from '../graph/threads.ts';
import { type CompareOptions, type CompareProgress, compare, type Evaluation } from './index.ts';
import { spread } from './summary.ts';

const data = syntheticDataset({ classes: 6, perClass: 20, dim: 24, noise: 1, parts: true });
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);

describe('compare', () => {
  it('measures every method × bits on the same split of a seed, and sums up over seeds', async () => {
    const progress: CompareProgress[] = [];
    const seen: Evaluation[] = [];
    const { environment, runs, summary, aborted } = await compare({
      data,
      unseen: 2,
      methods: ['lsh', 'itq'],
      bits: [8, 16],
      seeds: [0, 1, 2],
      settings: { itq: { iterations: 5 } },
      onProgress: (event) => progress.push(event),
      onRun: (results) => seen.push(...results),
    });
    expect(aborted).toBe(false);
    expect(seen).toEqual(runs);
    expect(runs).toHaveLength(2 * 2 * 3 * 2);
    for (const run of runs) {
      expect(run.split).toBe(zeroShotSplit(data, { unseen: 2, seed: run.seed }).hash);
      expect(run.trainSeconds).toBeGreaterThan(0);
    }
    expect(new Set(runs.map(({ split }) => split)).size).toBe(3);
    expect(summary).toHaveLength(2 * 2 * 2);
    const row = summary.find(
      ({ method, bits, database }) => method === 'itq' && bits === 16 && database === 'unseen',
    )!;
    const maps = runs
      .filter(({ method, bits, database }) => method === 'itq' && bits === 16 && database === 'unseen')
      .map(({ map }) => map);
    expect(row.map).toEqual(spread(maps));
    expect(row.seeds).toEqual([0, 1, 2]);
    expect(row).not.toHaveProperty('harmonicMean');
    expect(summary.find(({ database }) => database === 'generalized')).toHaveProperty('harmonicMean');
    const done = progress.map((event) => event.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    expect(environment).toMatchObject({ node: process.version, versions: { unseen: expect.any(String) } });
    expect(JSON.parse(JSON.stringify(runs))).toEqual(runs);
  });

  it('gives the same figures every time', async () => {
    const options = { data, unseen: 2, methods: ['itq'], bits: [16], seeds: [5] };
    const [a, b] = [await compare(options), await compare(options)];
    const figures = ({ runs }: typeof a): unknown =>
      runs.map(({ trainSeconds: _, encodeItemsPerSecond: __, ...rest }) => rest);
    expect(figures(b)).toEqual(figures(a));
  });

  it('hides labels from every method alike: the splits say which', async () => {
    const budget = { labelShare: 0.5, labelSpaces: 'disjoint' } as const;
    const { runs } = await compare({ data, unseen: 2, methods: ['lsh'], bits: [16], seeds: [0], ...budget });
    const split = zeroShotSplit(data, { unseen: 2, seed: 0, ...budget });
    expect(split.labelled!.length).toBeLessThan(split.train.length);
    expect(runs.map((run) => run.split)).toEqual([split.hash, split.hash]);
  });

  it('keeps the runs that were finished when it is stopped', async () => {
    const controller = new AbortController();
    const { runs, summary, aborted } = await compare({
      data,
      unseen: 2,
      methods: ['lsh', 'itq'],
      bits: [16],
      seeds: [0, 1],
      signal: controller.signal,
      onProgress: ({ method }) => method === 'itq' && controller.abort(),
    });
    expect(aborted).toBe(true);
    expect(runs.map(({ method, database }) => [method, database])).toEqual([
      ['lsh', 'unseen'],
      ['lsh', 'generalized'],
    ]);
    expect(summary).toHaveLength(2);
    const early = await compare({
      data,
      unseen: 2,
      methods: ['lsh'],
      bits: [16],
      seeds: [0],
      signal: AbortSignal.abort(),
    });
    expect(early).toMatchObject({ aborted: true, runs: [], summary: [] });
  });

  it('goes on when a run fails, and throws only if none succeeds', async () => {
    const failing = { settings: { tzsh: { classEmbeddings: 'nothing' } }, bits: [16], seeds: [0, 1] };
    const told: unknown[] = [];
    const { runs, failures, aborted } = await compare({
      data,
      unseen: 2,
      methods: ['tzsh', 'lsh'],
      ...failing,
      onFailure: ({ method, seed }) => told.push([method, seed]),
    });
    expect(aborted).toBe(false);
    expect(told).toEqual([
      ['tzsh', 0],
      ['tzsh', 1],
    ]);
    expect(failures.map(({ error }) => error.code)).toEqual(Array(2).fill('CLASS_EMBEDDINGS_MISSING'));
    expect(runs.map(({ method, seed }) => [method, seed])).toEqual([0, 0, 1, 1].map((seed) => ['lsh', seed]));
    const none = compare({ data, unseen: 2, methods: ['tzsh'], ...failing });
    expect(await failure(none)).toMatchObject({ code: 'CLASS_EMBEDDINGS_MISSING' });
  });

  it('keeps runs in a folder, and takes for the same only what gives the same figures', async () => {
    const folder = path.join(await temporaryFolder(), 'runs');
    const kept = async (change: Partial<CompareOptions> = {}): Promise<number> => {
      let count = -1;
      const base = { data, unseen: 2, methods: ['itq'], bits: [16], seeds: [0], folder };
      const onPlan: CompareOptions['onPlan'] = (plan) => {
        count = plan.kept.length;
      };
      const { records } = await compare({ ...base, onPlan, ...change });
      expect(records).toHaveLength(1);
      return count;
    };
    expect(await kept()).toBe(0);
    expect(await kept()).toBe(1);
    expect(await kept({ monitor: true, processes: 1 })).toBe(1);
    const others: Partial<CompareOptions>[] = [
      { settings: { itq: { iterations: 3 } } },
      { bits: [24] },
      { seeds: [1] },
      { unseen: 3 },
      { unseen: 2, labelShare: 0.5 },
      { threads: 2 },
      { methods: ['lsh'] },
    ];
    for (const change of others) expect(await kept(change), JSON.stringify(change)).toBe(0);
    expect(await kept({ force: true })).toBe(0);
  });

  it('trains with one thread, and leaves the process as it was', async () => {
    const inside: unknown[] = [];
    const before = setDefaultThreads(3);
    onTestFinished(() => void setDefaultThreads(before));
    const onProgress = (): number => inside.push(defaultThreads());
    const base = { data, unseen: 2, methods: ['itq'], bits: [16], seeds: [0], onProgress };
    await compare(base);
    expect(new Set(inside)).toEqual(new Set([1]));
    await compare({ ...base, threads: 2 });
    expect(new Set(inside)).toEqual(new Set([1, 2]));
    expect(defaultThreads()).toBe(3);
  });

  it('checks every method, setting and split before the first run', async () => {
    const base = { data, unseen: 2, methods: ['lsh'], bits: [16], seeds: [0] };
    const ran: unknown[] = [];
    const wrong: [object, string][] = [
      [{ methods: ['lsh', 'nonsense'] }, 'METHOD_UNKNOWN'],
      [{ bits: [16, 17] }, 'ARGUMENT_INVALID'],
      [{ bits: [] }, 'ARGUMENT_INVALID'],
      [{ methods: ['lsh', 'lsh'] }, 'ARGUMENT_INVALID'],
      [{ seeds: [0, 0.5] }, 'ARGUMENT_INVALID'],
      [{ settings: { itq: { iterations: 5 } } }, 'ARGUMENT_INVALID'],
      [{ settings: { lsh: { bits: 8 } } }, 'ARGUMENT_INVALID'],
      [{ settings: { lsh: { planes: 8 } } }, 'METHOD_SETTING_UNKNOWN'],
      [{ unseen: 6 }, 'SPLIT_UNSEEN_COUNT'],
      [{ protocol: 'nonsense' }, 'ARGUMENT_INVALID'],
      [{ labelShare: 0 }, 'ARGUMENT_INVALID'],
      [{ labelSpaces: 'other' }, 'ARGUMENT_INVALID'],
      [{ tasks: [] }, 'ARGUMENT_INVALID'],
      [{ threads: 0 }, 'ARGUMENT_INVALID'],
      [{ processes: 1.5 }, 'ARGUMENT_INVALID'],
      [{ processes: 2 }, 'ARGUMENT_INVALID'],
      [{ tasks: ['image->sound'] }, 'ARGUMENT_INVALID'],
      [{ tasks: ['text->image'] }, 'TASKS_IMPOSSIBLE'],
    ];
    for (const [change, code] of wrong) {
      const work = compare({ ...base, ...change, onRun: (run) => ran.push(run) });
      expect(await failure(work), JSON.stringify(change)).toMatchObject({ code });
    }
    expect(ran).toEqual([]);
  });
});
