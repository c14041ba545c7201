import { describe, expect, it } from 'vitest';
import { type Evaluation, summarize } from '../../evaluate/index.ts';
import { judge, judgeBothWays, verdictOfBothWays, verdictText } from './verdict.ts';

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

describe('the verdict on words and emoji', () => {
  /** mAPs of image->text and text->image on unseen classes; on the generalized database all is perfect. */
  const bothWays = (maps: Record<string, [number, number]>) =>
    judgeBothWays(
      summarize(
        Object.entries(maps).flatMap(([method, values]) =>
          (['image->text', 'text->image'] as const).flatMap((task, i) =>
            (['unseen', 'generalized'] as const).map(
              (database) =>
                ({
                  method,
                  bits: 64,
                  seed: 0,
                  task,
                  database,
                  map: database === 'unseen' ? values[i]! : 1,
                  chance: 0.05,
                  trainSeconds: 1,
                }) as Evaluation,
            ),
          ),
        ),
      ),
    );

  it('compares the means of both ways, on unseen classes', () => {
    const verdict = bothWays({ 'cca-itq': [0.5, 0.1], scm: [0.35, 0.35], czhash: [0.3, 0.6] });
    expect(verdict).toMatchObject({ won: true, rival: { method: 'scm' }, chance: 0.05 });
    expect(verdict.ratio).toBeCloseTo(0.45 / 0.35, 12);
    expect(verdictOfBothWays(verdict)).toMatch(
      /CZHash beats .* 0\.450 against 0\.350 \(scm, the best of them\), 1\.29 times\. Chance is 0\.050\./,
    );
  });

  it('says so when CZHash lost', () => {
    const verdict = bothWays({ 'cca-itq': [0.5, 0.5], czhash: [0.6, 0.3] });
    expect(verdict).toMatchObject({ won: false, rival: { method: 'cca-itq' } });
    expect(verdictOfBothWays(verdict)).toContain('does not beat');
  });
});
