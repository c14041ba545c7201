import { describe, expect, it } from 'vitest';
import { type Evaluation, type RunRecord, summarize } from '../evaluate/index.ts';
import { findingOf, findingText } from './finding.ts';
import { viewOf } from './view.ts';

const record = (method: string, bits: number, seed: number, map: number, task = 'image->image'): RunRecord =>
  ({
    method,
    bits,
    seed,
    evaluations: [{ method, bits, seed, task, database: 'unseen', map, chance: 0.1 } as Evaluation],
  }) as unknown as RunRecord;

const findingOfRuns = (...records: RunRecord[]) => {
  const summary = summarize(records.flatMap(({ evaluations }) => evaluations));
  return findingOf(viewOf({} as never, records, summary));
};

describe('the finding', () => {
  const finding = findingOfRuns(
    ...[0, 1].flatMap((seed) => [
      record('itq', 16, seed, 0.2),
      record('itq', 32, seed, 0.4),
      record('tzsh/coarse', 16, seed, 0.4),
      record('tzsh/coarse', 32, seed, seed === 0 ? 0.7 : 0.5),
      record('tzsh/oracle', 16, seed, 0.7),
      record('tzsh/oracle', 32, seed, 0.9),
      record('tzsh', 16, seed, 0.5),
      record('tzsh', 32, seed, 0.65),
    ]),
  );

  it('ranks competitors by their mean over the lengths, and counts the runs that the first wins', () => {
    expect(finding.ranking.map(({ method, map }) => [method, Number(map.toFixed(3))])).toEqual([
      ['tzsh', 0.575],
      ['tzsh/coarse', 0.5],
      ['itq', 0.3],
    ]);
    expect([finding.won, finding.of]).toEqual([3, 4]);
    expect(finding.inductive).toMatchObject({ method: 'itq' });
    expect(finding.oracle!.map).toBeCloseTo(0.8);
  });

  it('says who is first, by how much, and what share of the oracle that is', () => {
    const text = findingText(finding);
    expect(text).toContain(
      'tzsh is first on unseen classes: mean mAP 0.575 over 16 and 32 bits, 1.15 times that of the second, tzsh/coarse (0.500)',
    );
    expect(text).toContain('is itq with 0.300: tzsh has 1.92 times as much');
    expect(text).toContain('72\u{A0}% of tzsh/oracle');
    expect(text).toContain('first in 3 of 4 runs');
    expect(text).toContain('Chance is 0.100');
  });

  it('compares only lengths that all have run', () => {
    const { bits, ranking } = findingOfRuns(
      record('itq', 16, 0, 0.3),
      record('lsh', 16, 0, 0.2),
      record('lsh', 32, 0, 0.9),
    );
    expect(bits).toEqual([16]);
    expect(ranking[0]!.method).toBe('itq');
  });

  it('takes the mean of both directions of pictures and texts', () => {
    const both = (method: string, a: number, b: number): RunRecord => {
      const [one, other] = [record(method, 16, 0, a, 'image->text'), record(method, 16, 0, b, 'text->image')];
      return { ...one, evaluations: [...one.evaluations, ...other.evaluations] };
    };
    const finding = findingOfRuns(both('czhash', 0.2, 0.6), both('scm', 0.5, 0.1));
    expect(finding.ranking.map(({ map }) => map)).toEqual([0.4, 0.3]);
    expect([finding.won, finding.of]).toEqual([1, 1]);
    expect(finding.place).toContain('mean of image->text and text->image');
  });

  it('of a single method is what it reaches over chance', () => {
    expect(findingText(findingOfRuns(record('itq', 16, 0, 0.3)))).toBe(
      'itq on unseen classes: mAP 0.300 at 16 bits, 3.00 times that of a random order (0.100).',
    );
    expect(findingText(findingOfRuns(record('tzsh/oracle', 16, 0, 0.3)))).toContain(
      'tzsh/oracle on unseen classes: mAP 0.300',
    );
  });
});
