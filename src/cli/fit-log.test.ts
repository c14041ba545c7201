import { expect, it } from 'vitest';
import { FitLog } from './fit-log.ts';

it('a training log has one line a round of a deep method and one line a phase of a shallow one', () => {
  const lines: string[] = [];
  const log = new FitLog((line) => lines.push(line));
  let done = 0;
  const add = (phase: string, metrics: Record<string, number>) => {
    done += 0.1;
    log.add({ phase, done, metrics });
  };
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

it('of hundreds of epochs it keeps all, and prints a line for every fiftieth of the training, and the last', () => {
  const lines: string[] = [];
  const log = new FitLog((line) => lines.push(line));
  for (let epoch = 1; epoch <= 500; epoch++) {
    log.add({ phase: `images ${epoch}`, done: (epoch - 0.5) / 500, metrics: { loss: 1 } });
    log.add({ phase: `texts ${epoch}`, done: epoch / 500, metrics: { loss: 2 } });
  }
  log.close();
  expect(log.events).toHaveLength(1000);
  expect(lines.length).toBeGreaterThan(90);
  expect(lines.length).toBeLessThan(110);
  expect(lines.slice(0, 2)).toEqual(['images 1  loss 1', 'texts 1  loss 2']);
  expect(lines.at(-1)).toBe('texts 500  loss 2');
});
