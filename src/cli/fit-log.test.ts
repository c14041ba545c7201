import { expect, it } from 'vitest';
import { FitLog } from './fit-log.ts';

it('a training log has one line a round of a deep method and one line a phase of a shallow one', () => {
  const lines: string[] = [];
  const log = new FitLog((line) => lines.push(line));
  const add = (phase: string, metrics: Record<string, number>) => log.add({ phase, done: 0, metrics });
  add('covariance', {});
  add('rotation', { loss: 3 });
  add('rotation', { loss: 2.34567 });
  add('training', { round: 1, mined: 40 });
  add('training', { round: 2, mined: 80 });
  log.close();
  log.close();
  expect(lines).toEqual([
    'rotation  loss 2.346',
    'training  round 1  mined 40',
    'training  round 2  mined 80',
  ]);
  expect(log.events).toHaveLength(3);
});
