import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.ts';
import { CellQueue } from './queue.ts';

const cell = (method: string, seed: number): Cell => ({
  key: `${method}/${seed}`,
  method,
  bits: 16,
  seed,
  settings: {},
  split: { protocol: 'zero-shot', unseen: 2, seed },
  splitHash: '',
  tasks: ['image->image'],
});
const plan = [0, 1].flatMap((seed) => ['short', 'long', 'middle'].map((method) => cell(method, seed)));
const keysOf = (queue: CellQueue): string[] => {
  const keys: string[] = [];
  for (let next = queue.take(); next; next = queue.take()) keys.push(next.key);
  return keys;
};

describe('the queue of a comparison', () => {
  it('keeps the order of the plan for one process', () => {
    const queue = new CellQueue(plan, { longestFirst: false });
    queue.note(cell('long', 0), 10);
    queue.note(cell('short', 0), 1);
    expect(keysOf(queue)).toEqual(plan.map(({ key }) => key));
  });

  it('takes the longest of a seed first, untimed kinds before all, and never a later seed before an earlier', () => {
    const queue = new CellQueue(plan, { longestFirst: true });
    expect(queue.take()!.key).toBe('short/0');
    queue.note(cell('short', 0), 1);
    expect(queue.take()!.key).toBe('long/0');
    queue.note(cell('long', 0), 10);
    queue.note(cell('middle', 0), 5);
    expect(keysOf(queue)).toEqual(['middle/0', 'long/1', 'middle/1', 'short/1']);
  });

  it('says how long the rest takes, as soon as one run is timed', () => {
    const queue = new CellQueue(plan, { longestFirst: true });
    expect(queue.remaining()).toBeUndefined();
    expect(queue.expected(cell('long', 1))).toBeUndefined();
    queue.note(cell('short', 0), 1);
    queue.note(cell('short', 0), 3);
    expect(queue.remaining()).toBe(6 * 2);
    queue.note(cell('long', 0), 10);
    expect(queue.expected(cell('middle', 0))).toBe(6);
    expect(queue.remaining()).toBe(2 * (2 + 10 + 6));
    const taken = queue.take()!;
    expect(taken.key).toBe('middle/0');
    expect(queue.remaining()).toBe(2 * (2 + 10 + 6) - 6);
    queue.return(taken);
    expect(queue.remaining()).toBe(2 * (2 + 10 + 6));
    expect(queue.drain()[0]).toBe(taken);
    expect(queue.length).toBe(0);
  });
});
