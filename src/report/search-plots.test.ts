import { describe, expect, it } from 'vitest';
import type { BenchSearchCase } from '../bench/index.ts';
import { searchPlots } from './search-plots.ts';

const measured = (
  engine: BenchSearchCase['engine'],
  n: number,
  batch: number,
  recall = 1,
): BenchSearchCase => ({
  engine,
  version: '1',
  setting: '',
  exact: recall === 1,
  recall,
  data: 'random',
  n,
  bits: 64,
  k: 10,
  batch,
  threads: 1,
  medianMs: n / 1e6,
  p99Ms: n / 1e6,
  calls: 100,
  bytes: 8 * n,
  buildSeconds: 1,
});

describe('plots of the search benchmark', () => {
  const engines = ['linear', 'faiss-flat', 'faiss-ivf'] as const;
  const cases = engines.flatMap((engine) =>
    [1e5, 1e6, 1e8].flatMap((n) =>
      [1, 100].map((batch) => measured(engine, n, batch, engine === 'faiss-ivf' ? 0.98765 : 1)),
    ),
  );
  const plots = searchPlots(cases, 20);

  it('are one a setting, with a line an engine and the roof of reading', () => {
    expect(plots.map(({ file }) => file)).toEqual([
      'random-64-bit-k10-batch1-threads1.svg',
      'random-64-bit-k10-batch100-threads1.svg',
    ]);
    for (const { svg } of plots) {
      const names = [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map((match) => match[1]);
      expect(names).toEqual([
        'linear',
        'faiss-flat',
        'faiss-ivf (recall ≥ 0.987)',
        'reading the codes once at 20.0 GB/s',
      ]);
      expect(svg).toContain('100 k</text>');
      expect(svg).toContain('100 M</text>');
      // 100 M codes of 8 bytes at 20 GB/s.
      expect(svg).toMatch(/reading the codes once[^<]*: 100000 → 0.04, 1000000 → 0.4, 100000000 → 40/);
    }
  });

  it('do without a roof that was not measured', () => {
    expect(searchPlots(cases, 0)[0]!.svg).not.toContain('GB/s');
    expect(searchPlots([], 20)).toEqual([]);
  });
});
