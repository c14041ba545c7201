import { describe, expect, it } from 'vitest';
import { type Evaluation, summarize } from '../../evaluate/index.ts';
import { judge, verdictText } from './verdict.ts';

/** Runs of the two seeds with these mAPs on unseen classes. */
function study(maps: Record<string, [number, number]>) {
  const runs = Object.entries(maps).flatMap(([method, values]) =>
    values.map(
      (map, seed) =>
        ({
          method,
          bits: 64,
          seed,
          task: 'image->image',
          database: 'unseen',
          map,
          chance: 0.1,
          trainSeconds: 1,
        }) as Evaluation,
    ),
  );
  return judge(runs, summarize(runs));
}

describe('the verdict of the demo', () => {
  it('compares with the best competitor, and never with the oracle', () => {
    const verdict = study({ lsh: [0.2, 0.2], itq: [0.4, 0.3], tzsh: [0.5, 0.4], 'tzsh/oracle': [0.6, 0.6] });
    expect(verdict).toMatchObject({ won: true, rival: { method: 'itq' }, seedsWon: 2, seeds: 2 });
    expect(verdict.ratio).toBeCloseTo(0.45 / 0.35, 12);
    expect(verdict.shareOfOracle).toBeCloseTo(0.75, 12);
    expect(verdictText(verdict)).toContain(
      'TZSH beats the other methods: mAP 0.450 against 0.350 (itq, the best of them)',
    );
  });

  it('says so when TZSH lost, also against its own source stream', () => {
    const verdict = study({
      itq: [0.1, 0.1],
      'tzsh/source-only': [0.4, 0.4],
      tzsh: [0.5, 0.2],
      'tzsh/oracle': [0.6, 0.6],
    });
    expect(verdict).toMatchObject({ won: false, rival: { method: 'tzsh/source-only' }, seedsWon: 1 });
    expect(verdictText(verdict)).toContain('does not beat');
  });
});
