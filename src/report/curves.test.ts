import { describe, expect, it } from 'vitest';
import { type Evaluation, type RunRecord, summarize } from '../evaluate/index.ts';
import { byBits, oneAxis, precisionAtRanks, precisionRecall } from './curves.ts';
import { viewOf, withFirst } from './view.ts';

type Curve = Evaluation['prCurve'];
const CURVE: Curve = { radius: [0, 1], recall: [0.2, 1], precision: [0.8, 0.1] };

const record = (method: string, bits: number, seed: number, map: number, prCurve = CURVE): RunRecord => {
  const figures = { map, chance: 0.1, precisionAtRadius2: map / 2, emptyAtRadius2: 1 - map };
  const precisionAt = { 1: map, 10: map / 2, 100: 0.1 };
  const place = { method, bits, seed, task: 'image->image', database: 'unseen', databaseItems: 50 } as const;
  const evaluation = { ...place, ...figures, precisionAt, prCurve } as unknown as Evaluation;
  return { method, bits, seed, evaluations: [evaluation] } as unknown as RunRecord;
};
const later: Curve = { radius: [1, 2], recall: [0.6, 1], precision: [0.5, 0.1] };
const records = [
  record('itq', 16, 0, 0.3),
  record('itq', 16, 1, 0.5, later),
  record('itq', 64, 0, 0.6),
  record('tzsh/oracle', 16, 0, 0.9),
  record('tzsh', 16, 0, 0.8),
];
const view = viewOf({} as never, records, summarize(records.flatMap(({ evaluations }) => evaluations)));

describe('figures by length', () => {
  it('are means with one standard deviation, and chance is a line of its own', () => {
    const { series, options } = byBits(view, 'map', 'image->image', 'unseen', 'tzsh');
    expect(series.map(({ name }) => name)).toEqual(['itq', 'tzsh', 'tzsh/oracle', 'chance']);
    const [first, second] = series[0]!.points;
    expect(first).toMatchObject({ x: 16, y: 0.4 });
    expect(first!.error).toBeCloseTo(0.1 * Math.SQRT2);
    expect(second).toEqual({ x: 64, y: 0.6 });
    expect(series.find(({ best }) => best)!.name).toBe('tzsh');
    expect(options.xTicks).toEqual([16, 64]);
  });

  it('of shares end at 1', () => {
    const { series, options } = byBits(view, 'emptyAtRadius2', 'image->image', 'unseen');
    expect(options.yMax).toBe(1);
    expect(series.some(({ name }) => name === 'chance')).toBe(false);
  });
});

describe('curves', () => {
  it('of precision and recall are means over seeds, at the radii that all of them have', () => {
    const [itq] = precisionRecall(view, 'image->image', 'unseen', 16).series;
    expect(itq!.points).toEqual([{ x: 0.8, y: 0.3 }]);
  });

  it('of precision at ranks leave out ranks that the database does not have', () => {
    const { series, options } = precisionAtRanks(view, 'image->image', 'unseen', 16);
    expect(options.xTicks).toEqual([1, 10]);
    expect(series[0]!.points.map(({ y }) => y)).toEqual([0.4, 0.2]);
  });

  it('of different lengths have one axis', () => {
    const plots = [16, 64].map((bits) => precisionAtRanks(view, 'image->image', 'unseen', bits));
    expect(oneAxis(plots).map(({ options }) => options.yMax)).toEqual([1, 1]);
  });
});

it('a method has one look in all plots: the first a full line, the oracle its own', () => {
  const { styleOf, methods } = withFirst(view, 'tzsh');
  expect(methods.map(styleOf)).toEqual([1, 0, 'oracle']);
});
