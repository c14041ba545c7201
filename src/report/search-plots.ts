/** The search benchmark as plots: time of a call by the number of codes, both by logarithm, one line an engine. */
import type { BenchSearchCase } from '../bench/index.ts';
import { linePlot, type PlotSeries } from './svg-plot.ts';

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

export interface SearchPlot {
  /** File name, without folder. */
  readonly file: string;
  readonly svg: string;
}

/**
 * One plot for everything but engine and size. The roof is the time in which one thread reads the codes once from
 * memory: a scan by one thread cannot be faster, unless the codes fit into a cache or several queries share a pass.
 */
export function searchPlots(cases: readonly BenchSearchCase[], readBandwidthGBps: number): SearchPlot[] {
  const key = ({ data, bits, k, batch, threads }: BenchSearchCase): string =>
    [data, `${bits}-bit`, `k${k}`, `batch${batch}`, `threads${threads}`].join('-');
  return distinct(cases.map(key)).map((name) => {
    const here = cases.filter((one) => key(one) === name);
    const { data, bits, k, batch, threads } = here[0]!;
    const sizes = distinct(here.map(({ n }) => n)).sort((a, b) => a - b);
    const series: PlotSeries[] = distinct(here.map(({ engine }) => engine)).map((engine) => {
      const points = here.filter((one) => one.engine === engine).sort((a, b) => a.n - b.n);
      const worst = Math.min(...points.map((one) => one.recall));
      return {
        name: worst < 1 ? `${engine} (recall ≥ ${Math.floor(worst * 1000) / 1000})` : engine,
        points: points.map(({ n, medianMs }) => ({ x: n, y: medianMs })),
      };
    });
    if (readBandwidthGBps > 0) {
      const roof = sizes.map((n) => ({ x: n, y: (n * bits) / 8 / readBandwidthGBps / 1e6 }));
      series.push({ name: `reading the codes once at ${readBandwidthGBps.toFixed(1)} GB/s`, points: roof });
    }
    const asked = batch === 1 ? 'one query' : `${batch} queries`;
    const title = `${asked}, k = ${k}, ${bits} bits, ${data}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
    const svg = linePlot(series, {
      title,
      xLabel: 'codes',
      yLabel: 'ms a call (median)',
      xTicks: sizes,
      xText: count,
      logX: true,
      logY: true,
      width: 560,
      height: 360,
    });
    return { file: `${name}.svg`, svg };
  });
}

/** `100 k`, `10 M`. */
function count(n: number): string {
  if (n >= 1e6) return `${Number((n / 1e6).toPrecision(3))} M`;
  return n >= 1e3 ? `${Number((n / 1e3).toPrecision(3))} k` : `${n}`;
}
