import { describe, expect, it } from 'vitest';
import { hammingDistance } from '../codes/index.ts';
import { Random } from '../random.ts';
import { benchCodes } from './codes.ts';
import { benchSearch } from './index.ts';

describe('benchSearch', () => {
  it('reports every setting once an engine, and names the rivals that are not here', async () => {
    const report = await benchSearch({
      sizes: [2000, 3001],
      bits: [64, 72],
      k: 5,
      batches: [1, 7],
      data: ['clustered'],
    });
    const ours = report.cases.filter(({ engine }) => engine === 'linear');
    expect(ours.map(({ n, bits, batch }) => [n, bits, batch])).toEqual([
      [2000, 64, 1],
      [2000, 64, 7],
      [3001, 64, 1],
      [3001, 64, 7],
      [2000, 72, 1],
      [2000, 72, 7],
      [3001, 72, 1],
      [3001, 72, 7],
    ]);
    const theirs = report.cases.filter(({ engine }) => engine === 'faiss-flat');
    if (report.missing.length === 0) expect(theirs).toHaveLength(ours.length);
    else {
      expect(theirs).toHaveLength(0);
      expect(report.missing).toMatchObject([
        { engine: 'faiss-flat', install: expect.stringMatching(/faiss-cpu/) },
      ]);
    }
    for (const measured of report.cases) {
      expect(measured).toMatchObject({ exact: true, recall: 1, k: 5, threads: 1, data: 'clustered' });
      expect(measured.medianMs).toBeGreaterThan(0);
      expect(measured.p99Ms).toBeGreaterThanOrEqual(measured.medianMs);
      expect(measured.bytes).toBeGreaterThanOrEqual((measured.n * measured.bits) / 8);
    }
    expect(report.readBandwidthGBps).toBeGreaterThan(0);
  });

  it('refuses what it cannot measure, and stops when asked', async () => {
    await expect(benchSearch({ sizes: [5], k: 6 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ batches: [101] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ bits: [12] })).rejects.toMatchObject({ code: 'CODES_BITS_INVALID' });
    const stopped = benchSearch({ sizes: [1000], signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('benchCodes', () => {
  it('clustered queries lie near clustered codes, random ones do not', () => {
    const nearest = (data: 'clustered' | 'random'): number => {
      const random = new Random(0, data);
      const database = benchCodes(data, 3000, 64, random);
      const query = benchCodes(data, 1, 64, random).row(0);
      let best = 64;
      for (let row = 0; row < 3000; row++) best = Math.min(best, hammingDistance(query, database.row(row)));
      return best;
    };
    expect(nearest('clustered')).toBeLessThan(nearest('random'));
  });
});
