import { describe, expect, it } from 'vitest';
import { benchSearch } from './search.ts';

describe('benchSearch', () => {
  it('reports every setting once an engine, and names the rivals that are not here', async () => {
    const report = await benchSearch({
      engines: ['linear', 'mih', 'faiss-flat'],
      data: ['clustered'],
      sizes: [2000, 3001],
      bits: [64, 72],
      k: [1, 5],
      batches: [1, 7],
      queries: 20,
      quick: true,
    });
    const settings = [64, 72].flatMap((bits) =>
      [2000, 3001].flatMap((n) => [1, 5].flatMap((k) => [1, 7].map((batch) => ({ bits, n, k, batch })))),
    );
    for (const name of ['linear', 'mih']) {
      expect(
        report.cases
          .filter(({ engine }) => engine === name)
          .map(({ bits, n, k, batch }) => ({ bits, n, k, batch })),
      ).toEqual(settings);
    }
    const theirs = report.cases.filter(({ engine }) => engine === 'faiss-flat');
    if (report.missing.length === 0) {
      expect(theirs).toHaveLength(settings.length);
      expect(report.rivals).toMatchObject([{ engine: 'faiss-flat', simd: expect.any(String) }]);
    } else {
      expect(theirs).toHaveLength(0);
      expect(report.missing).toEqual([
        { what: 'faiss-flat', install: expect.stringMatching(/faiss-cpu/) as string },
      ]);
    }
    for (const measured of report.cases) {
      expect(measured).toMatchObject({ exact: true, recall: 1, threads: 1, data: 'clustered' });
      expect(measured.medianMs).toBeGreaterThan(0);
      expect(measured.p99Ms).toBeGreaterThanOrEqual(measured.medianMs);
      expect(measured.calls).toBeGreaterThanOrEqual(measured.batch === 1 ? 100 : 6);
      expect(measured.bytes).toBeGreaterThanOrEqual((measured.n * measured.bits) / 8);
      expect(measured.buildSeconds).toBeGreaterThan(0);
    }
    const work = report.cases.filter(({ engine }) => engine === 'linear').map((one) => one.workPerQuery);
    for (const one of work) expect(one!.codesCompared).toBeGreaterThan(0);
    expect(report.readBandwidthGBps).toBeGreaterThan(0);
  });

  it('names what takes no part: real codes without their data, a graph that would take hours to build', async () => {
    const report = await benchSearch({
      engines: ['linear', 'edgevec-hnsw'],
      data: ['random', 'real'],
      sizes: [20_001],
      batches: [1],
      queries: 10,
      quick: true,
      real: '/nowhere',
    });
    expect(report.cases.map(({ engine, data }) => [engine, data])).toEqual([['linear', 'random']]);
    expect(report.skipped).toEqual([
      {
        engine: 'edgevec-hnsw',
        data: 'random',
        n: 20_001,
        bits: 64,
        because: expect.stringMatching(/graph/),
      },
    ]);
    expect(report.missing).toContainEqual({
      what: 'real data',
      install: expect.stringMatching(/UNSEEN_DATA/),
    });
  });

  it('refuses what it cannot measure, and stops when asked', async () => {
    await expect(benchSearch({ sizes: [5], k: [6] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ batches: [201] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ queries: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ threads: [0] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(benchSearch({ bits: [12] })).rejects.toMatchObject({ code: 'CODES_BITS_INVALID' });
    const stopped = benchSearch({ sizes: [1000], signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
