/** What methods logged while they learned: how precise TZSH's mining was round by round, how CZHash's objective fell. */

import { spread } from '../evaluate/summary.ts';
import type { FitProgress } from '../methods/index.ts';
import type { Plot } from './curves.ts';
import type { PlotPoint, PlotSeries } from './svg-plot.ts';
import { distinct, type View } from './view.ts';

/** JSON has no NaN: what could not be computed comes back as null. */
const metric = ({ metrics }: FitProgress, name: string): number | undefined => {
  const value: number | null | undefined = metrics[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

const roundOf = ({ phase }: FitProgress): number | undefined => {
  const number = /^round (\d+)\/\d+$/.exec(phase)?.[1];
  return number === undefined ? undefined : Number(number);
};

const MINED = [
  { name: 'similarPrecision', title: 'pairs mined as similar' },
  { name: 'dissimilarPrecision', title: 'pairs mined as dissimilar' },
] as const;

/** A plot a method: precision of mined pairs by round, mean and standard deviation over seeds, a line a length. */
export function miningPlots({ methods, records, bits }: View): Plot[] {
  return methods.flatMap((method) =>
    MINED.flatMap(({ name, title }) => {
      const series = bits.flatMap((length, i): PlotSeries[] => {
        const runs = records.filter((one) => one.method === method && one.bits === length);
        const rounds = distinct(
          runs.flatMap(({ history }) => history.flatMap((line) => roundOf(line) ?? [])),
        );
        const points = rounds
          .sort((a, b) => a - b)
          .flatMap((x): PlotPoint[] => {
            const values = runs.flatMap(({ history }) => {
              const line = history.find((one) => roundOf(one) === x);
              return (line && metric(line, name)) ?? [];
            });
            if (values.length === 0) return [];
            const { mean, sd } = spread(values);
            return [{ x, y: mean, ...(sd !== null && { error: sd }) }];
          });
        return points.length > 0 ? [{ name: `${length} bits`, points, style: i }] : [];
      });
      if (series.length === 0) return [];
      const rounds = distinct(series.flatMap(({ points }) => points.map(({ x }) => x)));
      const options = {
        title: `${method}: ${title}`,
        xLabel: 'round',
        yLabel: 'share that is right',
        xTicks: rounds,
        names: 'end' as const,
        yMax: 1,
      };
      return [{ series, options }];
    }),
  );
}

/** A plot a method that logs an `objective`: its terms and their sum after every block, mean over seeds, of one length. */
export function objectivePlots({ methods, records }: View, bits: number): Plot[] {
  return methods.flatMap((method): Plot[] => {
    const runs = records.filter((one) => one.method === method && one.bits === bits);
    const blocks = distinct(
      runs.flatMap(({ history }) =>
        history.filter((line) => metric(line, 'objective') !== undefined).map(({ phase }) => phase),
      ),
    );
    // A single value is no course.
    if (blocks.length < 2) return [];
    const terms = distinct(
      runs.flatMap(({ history }) =>
        history.filter(({ phase }) => blocks.includes(phase)).flatMap(({ metrics }) => Object.keys(metrics)),
      ),
    );
    const ordered = ['objective', ...terms.filter((name) => name !== 'objective')];
    const series = ordered.flatMap((name, i): PlotSeries[] => {
      const points = blocks.flatMap((phase, x): PlotPoint[] => {
        const values = runs.flatMap(({ history }) => {
          const line = history.find((one) => one.phase === phase);
          return (line && metric(line, name)) ?? [];
        });
        if (values.length === 0) return [];
        const { mean, sd } = spread(values);
        return [{ x: x + 1, y: mean, ...(sd !== null && { error: sd }) }];
      });
      return points.length > 0
        ? [{ name: name === 'objective' ? 'sum of all' : name, points, style: i, best: i === 0 }]
        : [];
    });
    return [
      {
        series,
        options: {
          title: `${method}, ${bits} bits: objective after every block`,
          xLabel: '',
          yLabel: 'objective',
          xTicks: blocks.map((_, i) => i + 1),
          xText: (x) => blocks[x - 1] ?? '',
          slanted: true,
          names: 'end',
          width: 620,
          height: 380,
        },
      },
    ];
  });
}
