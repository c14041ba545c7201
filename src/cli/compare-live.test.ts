import { describe, expect, it } from 'vitest';
import { UnseenError } from '../errors.ts';
import type { Evaluation } from '../evaluate/index.ts';
import { CompareView, timeText } from './compare-live.ts';

const result = (method: string, bits: number, seed: number, map: number, task = 'image->image') =>
  ({ method, bits, seed, map, task, database: 'unseen', trainSeconds: 2.04 }) as Evaluation;
const plan = { methods: ['lsh', 'tzsh'], bits: [16, 32], seeds: [0, 1] };

describe('the live table of a comparison', () => {
  it('shows the mean mAP over finished seeds, their number, the runs at hand and the time left', () => {
    const view = new CompareView(plan);
    view.count([result('lsh', 16, 0, 0.1)]);
    view.progress({
      method: 'tzsh',
      bits: 16,
      seed: 0,
      share: 0.456,
      phase: 'round 2/4',
      metrics: {},
      done: 0.2,
      remainingSeconds: 4000,
    });
    const [head, lsh, tzsh, running, total, ...more] = view.lines();
    expect(head).toMatch(/^mAP +16 bits +32 bits$/);
    expect(lsh).toMatch(/^lsh +0\.100 1\/2 +– +0\/2$/);
    expect(tzsh).toMatch(/^tzsh +– +0\/2 +– +0\/2$/);
    expect(running).toBe('> tzsh 16 bits, seed 0: round 2/4 45 %');
    expect(total).toBe('1/8 runs, 0 s, about 1 h 07 min left');
    expect(more).toEqual([]);
    view.run([result('tzsh', 16, 0, 0.4)], { done: 0.25 });
    view.run([result('lsh', 16, 1, 0.3)], { done: 0.375 });
    expect(view.lines()[1]).toMatch(/^lsh +0\.200 2\/2 /);
    expect(view.lines()[3]).toBe('3/8 runs, 0 s');
  });

  it('has a line for every run, where nobody looks at a table', () => {
    const view = new CompareView(plan);
    const one = view.run([result('lsh', 16, 0, 0.1)], { done: 0.1, remainingSeconds: 90 });
    expect(one).toBe('1/8  lsh 16 bits, seed 0: mAP 0.100 (unseen), trained in 2.0 s, about 90 s left');
    const ways = ['image->text', 'text->image', 'image->image'].map((task) =>
      result('lsh', 32, 0, 0.2, task),
    );
    expect(view.run(ways, { done: 0.2 })).toContain(
      'mAP image->text 0.200, text->image 0.200 (unseen), trained',
    );
    const error = new UnseenError('RUN_CRASHED', { run: 'tzsh 16 bits, seed 0', reason: 'SIGKILL' });
    expect(view.failure({ method: 'tzsh', bits: 16, seed: 0, error })).toMatch(
      /^failed {2}tzsh 16 bits, seed 0: RUN_CRASHED/,
    );
    expect(view.lines().at(-1)).toContain('2/8 runs, 1 failed');
  });

  it('says times as people do', () => {
    expect([0, 59.6, 119, 120, 3569, 3570, 7260].map(timeText)).toEqual([
      '0 s',
      '60 s',
      '119 s',
      '2 min',
      '59 min',
      '1 h 00 min',
      '2 h 01 min',
    ]);
  });
});
