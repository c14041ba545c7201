/** Batches: positives in every one, every class in turn, and augmentation that only moves pixels. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Inputs } from '../contract.ts';
import { gatherInputs, randomRows, sourceSampler } from './batches.ts';

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

describe('inputs of a batch', () => {
  const side = 16;
  const size = side * side * 3;
  const random = new Random(5, 'pictures');
  const pictures: Inputs = {
    data: Uint8Array.from({ length: 4 * size }, () => random.below(256)),
    rows: 4,
    side,
  };
  const rows = [2, 0, 2];

  it('are the rows in their order, features and pixels alike, when nothing augments them', () => {
    const features: Inputs = { data: Float32Array.from({ length: 12 }, (_, i) => i), rows: 4, cols: 3 };
    expect([...gatherInputs(features, rows)]).toEqual([6, 7, 8, 0, 1, 2, 6, 7, 8]);
    expect([...gatherInputs(features, rows, new Random(1))]).toEqual([6, 7, 8, 0, 1, 2, 6, 7, 8]);
    const plain = gatherInputs(pictures, rows);
    rows.forEach((row, i) => {
      expect(plain.slice(i * size, (i + 1) * size)).toEqual(
        pictures.data.slice(row * size, (row + 1) * size),
      );
    });
  });

  it('are augmented the same by the same seed, and not the same by another', () => {
    const once = gatherInputs(pictures, rows, new Random(1));
    expect(gatherInputs(pictures, rows, new Random(1))).toEqual(once);
    expect(gatherInputs(pictures, rows, new Random(2))).not.toEqual(once);
    expect(once.slice(0, size)).not.toEqual(once.slice(2 * size));
  });

  it('are, augmented, pictures shifted by at most an eighth whose border repeats, some mirrored', () => {
    const before = pictures.data.slice();
    const picture = pictures.data.subarray(0, size);
    const clamp = (at: number): number => Math.max(0, Math.min(side - 1, at));
    const shifted = (dx: number, dy: number, mirrored: boolean): string => {
      const out: number[] = [];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const from = (clamp(y + dy) * side + clamp((mirrored ? side - 1 - x : x) + dx)) * 3;
          out.push(picture[from]!, picture[from + 1]!, picture[from + 2]!);
        }
      }
      return String(out);
    };
    const allowed = new Map<string, boolean>();
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        for (const mirrored of [false, true]) allowed.set(shifted(dx, dy, mirrored), mirrored);
      }
    }
    const drawn = Array.from({ length: 40 }, (_, seed) =>
      String([...gatherInputs(pictures, [0], new Random(seed))]),
    );
    expect(drawn.every((result) => allowed.has(result))).toBe(true);
    expect(new Set(drawn.map((result) => allowed.get(result)))).toEqual(new Set([false, true]));
    expect(pictures.data).toEqual(before);
  });
});
