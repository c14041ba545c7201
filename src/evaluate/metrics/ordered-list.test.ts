import { describe, expect, it } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { Random } from '../../random.ts';
import { expectedAveragePrecision, expectedAveragePrecisionByHits } from './average-precision.ts';
import { evaluateRanking } from './evaluate-ranking.ts';
import { countRanking, makeHistogram } from './histogram.ts';
import { averagePrecision, averagePrecisionAt, averagePrecisionByHits } from './ordered-list.ts';

/** A ranking as public code sees it: labels of the database in the order of a sort, and the label that is asked. */
interface Sorted {
  readonly labels: readonly number[];
  readonly asked: number;
}

/** mAP@all: `for each relevant place p: (relevant up to p) / p`, the mean of them. */
function publicMap({ labels, asked }: Sorted): number {
  const tindex = labels.flatMap((label, i) => (label === asked ? [i + 1] : []));
  const count = tindex.map((_, i) => i + 1);
  return tindex.reduce((sum, place, i) => sum + count[i]! / place, 0) / tindex.length;
}

/** mAP@R of `CalcTopMap`: the same of the first R of the sorted list, as if nothing came after them. */
function publicTopMap({ labels, asked }: Sorted, topk: number): number {
  const first = labels.slice(0, topk);
  return first.includes(asked) ? publicMap({ labels: first, asked }) : 0;
}

/** mAP@R with the denominator that no ranking can shrink. */
const publicMapAt = (sorted: Sorted, topk: number): number => {
  const hits = sorted.labels.slice(0, topk).filter((label) => label === sorted.asked).length;
  const relevant = sorted.labels.filter((label) => label === sorted.asked).length;
  return (publicTopMap(sorted, topk) * hits) / Math.min(topk, relevant);
};

const random = new Random(21, 'ordered');

/** At most 65 items, one at each distance 0 … 64, in a random order of the file. */
function untied(): { sorted: Sorted; codes: Codes; labels: Int32Array } {
  const n = 20 + random.below(46);
  const order = random.permutation(n);
  const labels = Int32Array.from({ length: n }, () => random.below(3));
  labels[0] = 1;
  const bytes = new Uint8Array(n * 8);
  for (let row = 0; row < n; row++)
    for (let bit = 0; bit < order[row]!; bit++) bytes[row * 8 + (bit >> 3)]! |= 1 << (bit & 7);
  const byDistance = new Array<number>(n);
  for (let row = 0; row < n; row++) byDistance[order[row]!] = labels[row]!;
  return { sorted: { labels: byDistance, asked: 1 }, codes: Codes.fromBytes(bytes, { bits: 64 }), labels };
}

const query = Codes.fromBytes(new Uint8Array(8), { bits: 64 });

describe('average precision where nothing is tied', () => {
  it('is the public definition: mAP@all, and mAP@R with both denominators', async () => {
    for (let i = 0; i < 50; i++) {
      const { sorted, codes, labels } = untied();
      const ordered = sorted.labels.map((label) => (label === 1 ? 1 : 0));
      expect(averagePrecision(ordered)).toBeCloseTo(publicMap(sorted), 12);
      const relevant = { queries: Int32Array.of(1), database: labels };
      const metrics = await evaluateRanking({ queries: query, database: codes, relevant });
      for (const figure of ['map', 'mapLow', 'mapHigh', 'mapAt5000', 'mapAt5000ByHits'] as const)
        expect(metrics[figure]).toBeCloseTo(publicMap(sorted), 12);
      const histogram = makeHistogram(64);
      countRanking(
        histogram,
        Uint16Array.from(ordered, (_, place) => place),
        Uint8Array.from(ordered),
      );
      for (const cutoff of [1, 2, 5, 10, 50, 100]) {
        const [byRelevant, byHits] = [publicMapAt(sorted, cutoff), publicTopMap(sorted, cutoff)];
        expect(averagePrecisionAt(ordered, cutoff)).toBeCloseTo(byRelevant, 12);
        expect(averagePrecisionByHits(ordered, cutoff)).toBeCloseTo(byHits, 12);
        expect(expectedAveragePrecision(histogram, cutoff)).toBeCloseTo(byRelevant, 12);
        expect(expectedAveragePrecisionByHits(histogram, cutoff)).toBeCloseTo(byHits, 12);
      }
    }
  });

  it('is the public definition of databases larger than 5000, where each distance is all right or all wrong', async () => {
    const rights = Array.from({ length: 65 }, () => random.below(2));
    rights[60] = 1;
    // Far more items at a distance than one, and the cutoff of 5000 in the middle of one that is right.
    const distances = Array.from({ length: 6500 }, (_, i) => Math.floor(i / 100));
    rights[49] = 1;
    distances.splice(4900, 0, ...new Array<number>(50).fill(49));
    const bytes = new Uint8Array(distances.length * 8);
    for (const [row, distance] of distances.entries())
      for (let bit = 0; bit < distance; bit++) bytes[row * 8 + (bit >> 3)]! |= 1 << (bit & 7);
    const labels = Int32Array.from(distances, (distance) => rights[distance]!);
    const metrics = await evaluateRanking({
      queries: query,
      database: Codes.fromBytes(bytes, { bits: 64 }),
      relevant: { queries: Int32Array.of(1), database: labels },
    });
    const sorted = { labels: Array.from(labels), asked: 1 };
    expect(metrics.mapAt5000).toBeCloseTo(publicMapAt(sorted, 5000), 12);
    expect(metrics.mapAt5000ByHits).toBeCloseTo(publicTopMap(sorted, 5000), 12);
    expect(metrics.mapAt5000ByHits).toBeGreaterThan(metrics.mapAt5000);
  });
});

describe('the two denominators', () => {
  it('rank lists differently: one lucky hit is perfect by hits, and poor by relevant items', () => {
    const lucky = [1, 0, 0, 0, 0, 1, 1, 1, 1];
    const steady = [1, 1, 0, 1, 1, 1, 0, 0, 0];
    expect(averagePrecisionByHits(lucky, 5)).toBe(1);
    expect(averagePrecisionByHits(steady, 5)).toBeLessThan(1);
    expect(averagePrecisionAt(lucky, 5)).toBe(0.2);
    expect(averagePrecisionAt(steady, 5)).toBeGreaterThan(0.7);
  });

  it('say what there is to say of nothing', () => {
    expect(averagePrecision([0, 0])).toBeNaN();
    expect(averagePrecisionAt([0, 0], 1)).toBeNaN();
    expect(averagePrecisionByHits([0, 1], 1)).toBe(0);
    expect(averagePrecisionAt([0, 1], 1)).toBe(0);
  });
});
