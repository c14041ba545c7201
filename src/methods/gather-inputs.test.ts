import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Inputs } from './contract.ts';
import { gatherInputs } from './gather-inputs.ts';

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
