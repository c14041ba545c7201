import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { semanticRoughness } from './neighbourhood.ts';
import { semanticTargets } from './semantics.ts';

const embeddings = (rows: number, cols: number, seed = 1) => {
  const random = new Random(seed, 'test');
  return { data: Float32Array.from({ length: rows * cols }, () => 2 + random.normal()), rows, cols };
};

it('keeps the distances of class embeddings up to one scale, mean 0 and mean square norm 1 over the rows', () => {
  const all = embeddings(7, 5);
  const present = [0, 2, 3, 6];
  const counts = Float64Array.of(4, 1, 2, 3);
  const { data, cols } = semanticTargets(all, present, counts);
  expect(cols).toBe(3);
  const target = (c: number): number[] => Array.from(data.subarray(c * cols, (c + 1) * cols));
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Math.hypot(...Array.from(a, (value, j) => value - b[j]!));
  const own = (c: number): number[] => Array.from(all.data.subarray(present[c]! * 5, present[c]! * 5 + 5));
  const scale = distance(target(0), target(1)) / distance(own(0), own(1));
  for (let a = 0; a < 4; a++)
    for (let b = 0; b < a; b++)
      expect(distance(target(a), target(b))).toBeCloseTo(scale * distance(own(a), own(b)), 6);
  let energy = 0;
  for (let c = 0; c < 4; c++) energy += (counts[c]! / 10) * Math.hypot(...target(c)) ** 2;
  expect(energy).toBeCloseTo(1, 9);
  for (let j = 0; j < cols; j++)
    expect(counts.reduce((sum, count, c) => sum + count * target(c)[j]!, 0)).toBeCloseTo(0, 9);
});

it('makes nothing of one class, and one direction of two', () => {
  expect(Array.from(semanticTargets(embeddings(2, 4), [1], Float64Array.of(5)).data)).toEqual([0]);
  expect(semanticTargets(embeddings(2, 4), [0, 1], Float64Array.of(5, 5)).cols).toBe(1);
});

it('measures roughness as the n × n Laplacian of the anchor graph does', () => {
  const random = new Random(2, 'test');
  const [rows, anchors, dims, k] = [12, 5, 3, 2];
  const features = {
    data: Float32Array.from({ length: rows * anchors }, () => random.uniform()),
    rows,
    cols: anchors,
  };
  const classOf = Int32Array.from({ length: rows }, (_, i) => i % 4);
  const targets = { data: Float64Array.from({ length: 4 * dims }, () => random.normal()), cols: dims };
  const { data } = semanticRoughness(features, classOf, targets, new Float64Array(4).fill(3), k);
  const z = Array.from({ length: rows }, (_, i) => {
    const row = Array.from(features.data.subarray(i * anchors, (i + 1) * anchors));
    const least = [...row].sort((a, b) => b - a)[k - 1]!;
    const kept = row.map((value) => (value >= least ? value : 0));
    const total = kept.reduce((sum, value) => sum + value, 0);
    return kept.map((value) => value / total);
  });
  const held = Array.from({ length: anchors }, (_, j) => z.reduce((sum, row) => sum + row[j]!, 0));
  for (let a = 0; a < dims; a++)
    for (let b = 0; b < dims; b++) {
      let total = 0;
      for (let i = 0; i < rows; i++)
        for (let h = 0; h < rows; h++) {
          const near = z[i]!.reduce(
            (sum, value, j) => sum + (held[j]! > 0 ? (value * z[h]![j]!) / held[j]! : 0),
            0,
          );
          const l = (i === h ? 1 : 0) - near;
          total += targets.data[classOf[i]! * dims + a]! * l * targets.data[classOf[h]! * dims + b]!;
        }
      expect(data[a * dims + b]).toBeCloseTo(total, 9);
    }
});
