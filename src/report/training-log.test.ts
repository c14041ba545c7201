import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../evaluate/index.ts';
import { miningPlots, objectivePlots } from './training-log.ts';
import type { View } from './view.ts';

const viewOf = (...records: { method: string; bits: number; history: object }[]): View =>
  ({
    methods: [...new Set(records.map(({ method }) => method))],
    bits: [...new Set(records.map(({ bits }) => bits))],
    records: records as unknown as RunRecord[],
  }) as unknown as View;

const tzsh = (bits: number, ...precision: (number | null)[]) => ({
  method: 'tzsh',
  bits,
  history: precision.map((similarPrecision, r) => ({
    phase: `round ${r + 1}/${precision.length}`,
    metrics: { similarPrecision, dissimilarPrecision: 1 },
  })),
});

describe('the precision of mining', () => {
  it('is the mean over seeds of every round, a line a length', () => {
    const [similar, dissimilar] = miningPlots(
      viewOf(tzsh(16, 0.5, 0.7), tzsh(16, 0.6, 0.9), tzsh(32, 0.8, 0.9)),
    );
    expect(similar!.options.title).toBe('tzsh: pairs mined as similar');
    expect(similar!.series.map(({ name }) => name)).toEqual(['16 bits', '32 bits']);
    const [first, second] = similar!.series[0]!.points;
    expect(first).toMatchObject({ x: 1, y: 0.55 });
    expect(second!.y).toBeCloseTo(0.8);
    expect(second!.error).toBeCloseTo(Math.sqrt(0.02));
    expect(dissimilar!.series[0]!.points.map(({ y }) => y)).toEqual([1, 1]);
  });

  it('leaves out what could not be counted, and methods that mine nothing', () => {
    const [similar] = miningPlots(viewOf(tzsh(16, null, 0.7)));
    expect(similar!.series[0]!.points).toEqual([{ x: 2, y: 0.7 }]);
    const other = { method: 'itq', bits: 16, history: [{ phase: 'rotation', metrics: { loss: 1 } }] };
    expect(miningPlots(viewOf(other))).toEqual([]);
  });
});

describe('the objective', () => {
  const run = (shift: number) => ({
    method: 'czhash',
    bits: 32,
    history: [
      { phase: 'similarity space', metrics: {} },
      { phase: 'memberships', metrics: { memberships: -1 + shift, objective: -1 + shift } },
      { phase: 'hash coding', metrics: { memberships: -1 + shift, 'hash coding': 2, objective: 1 + shift } },
    ],
  });

  it('has its sum and its terms after every block that logs it', () => {
    const [plot] = objectivePlots(viewOf(run(0), run(0.5)), 32);
    expect(plot!.series.map(({ name, points }) => [name, points.map(({ x, y }) => [x, y])])).toEqual([
      [
        'sum of all',
        [
          [1, -0.75],
          [2, 1.25],
        ],
      ],
      [
        'memberships',
        [
          [1, -0.75],
          [2, -0.75],
        ],
      ],
      ['hash coding', [[2, 2]]],
    ]);
    expect(plot!.options.xText!(2)).toBe('hash coding');
  });

  it('is not drawn of another length, or of a single value', () => {
    expect(objectivePlots(viewOf(run(0)), 64)).toEqual([]);
    const once = { ...run(0), history: run(0).history.slice(0, 2) };
    expect(objectivePlots(viewOf(once), 32)).toEqual([]);
  });
});
