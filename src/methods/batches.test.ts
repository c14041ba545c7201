/** Batches: positives in every one, every class in turn. */
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { randomRows, sourceSampler } from './batches.ts';

describe('source batches', () => {
  const labels = Int32Array.from({ length: 200 }, (_, i) => (i * i) % 10);
  const classes = 12; // some of them without an item

  it.each([
    [32, 4],
    [30, 2],
    [8, 8],
  ])('of %d items hold at least %d of every class drawn', (batch, perClass) => {
    const next = sourceSampler(labels, classes, new Random(1), { batch, perClass });
    for (let n = 0; n < 20; n++) {
      const rows = next();
      expect(rows.length).toBe(batch);
      const counts = new Map<number, number>();
      for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
      for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(perClass);
    }
  });

  it('give every class its turn before any has two more than another', () => {
    const next = sourceSampler(labels, classes, new Random(2), { batch: 8, perClass: 4 });
    const present = new Set(labels);
    const drawn = new Map<number, number>([...present].map((label) => [label, 0]));
    for (let n = 0; n < 3 * present.size; n++) {
      for (const row of next()) drawn.set(labels[row]!, drawn.get(labels[row]!)! + 1);
      const counts = [...drawn.values()];
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4);
    }
    expect(Math.min(...drawn.values())).toBeGreaterThan(0);
  });

  it('are the same for the same seed', () => {
    const draw = (seed: number) => {
      const next = sourceSampler(labels, classes, new Random(seed), { batch: 16, perClass: 4 });
      return [next(), next(), next()];
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(4)).not.toEqual(draw(3));
  });
});

it('target batches come from the list alone, and reach all of it', () => {
  const list = Int32Array.of(3, 8, 21, 40);
  const rows = randomRows(list, 200, new Random(1));
  expect(rows.length).toBe(200);
  expect(new Set(rows)).toEqual(new Set(list));
});
