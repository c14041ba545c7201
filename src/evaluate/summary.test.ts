import { expect, it } from 'vitest';
import type { Evaluation } from './index.ts';
import { spread, summarize } from './summary.ts';

type Part = Partial<Evaluation> & Pick<Evaluation, 'task' | 'seed' | 'map'>;
const run = (part: Part): Evaluation =>
  ({
    method: 'cca-itq',
    bits: 32,
    database: 'unseen',
    mapLow: 0,
    mapHigh: 1,
    mapAt5000: 0.5,
    mapAt5000ByHits: 0.6,
    precisionAtRadius2: 0.5,
    emptyAtRadius2: 0.5,
    chance: 0.2,
    encodeItemsPerSecond: 100,
    trainSeconds: 2,
    ...part,
  }) as unknown as Evaluation;

it('spreads by the sample standard deviation, and says nothing of a single seed', () => {
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, sd: Math.sqrt(5 / 3) });
  expect(spread([7])).toEqual({ mean: 7, sd: null });
  expect(summarize([])).toEqual([]);
});

it('takes the mean of both directions a seed, then mean and deviation over seeds', () => {
  const rows = summarize([
    run({ task: 'image->text', seed: 0, map: 0.3, mapSeen: 0.4 }),
    run({ task: 'text->image', seed: 0, map: 0.5 }),
    run({ task: 'image->image', seed: 0, map: 0.9 }),
    run({ task: 'image->text', seed: 1, map: 0.6 }),
    run({ task: 'text->image', seed: 1, map: 0.4 }),
  ]);
  expect(rows.map(({ task }) => task)).toEqual([
    'image->text',
    'text->image',
    'image->image',
    'image<->text',
  ]);
  const both = rows.at(-1)!;
  expect(both.seeds).toEqual([0, 1]);
  expect(both.map.mean).toBeCloseTo(0.45, 12);
  // Seeds differ by 0.1; the directions, which differ by 0.2, do not count as spread.
  expect(both.map.sd).toBeCloseTo(0.1 / Math.SQRT2, 12);
  expect(both.trainSeconds!.mean).toBe(2);
  expect(both).not.toHaveProperty('mapSeen');
});

it('lifts from 0 at chance to 1 at perfection, each seed against its own chance', () => {
  const [row] = summarize([
    run({ task: 'image->text', seed: 0, map: 0.2, chance: 0.2 }),
    run({ task: 'image->text', seed: 1, map: 1, chance: 0.5 }),
  ]);
  expect(row!.lift).toEqual(spread([0, 1]));
  const [all] = summarize([run({ task: 'image->text', seed: 0, map: 1, chance: 1 })]);
  expect(all!.lift.mean).toBe(0);
});

it('gives no mean of both directions where only one was measured', () => {
  const rows = summarize([
    run({ task: 'image->text', seed: 0, map: 0.3 }),
    run({ task: 'text->image', seed: 0, map: 0.3, database: 'generalized' }),
    run({ task: 'text->image', seed: 1, map: 0.3 }),
    run({ task: 'text->image', seed: 0, map: 0.3, bits: 64 }),
    run({ task: 'text->image', seed: 0, map: 0.3, method: 'cmfh' }),
  ]);
  expect(rows).toHaveLength(5);
  expect(rows.some(({ task }) => task === 'image<->text')).toBe(false);
});
