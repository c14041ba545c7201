/** Line plots of a comparison: figures by length of the code, precision and recall, precision at ranks. */
import type { BOTH_WAYS, DatabaseName, Evaluation, SummaryRow, Task } from '../evaluate/index.ts';
import { spread } from '../evaluate/summary.ts';
import { evenSteps } from './axis.ts';
import type { PlotOptions, PlotPoint, PlotSeries } from './svg-plot.ts';
import type { View } from './view.ts';

/** Small plots side by side have one axis. */
export function oneAxis(all: readonly Plot[]): Plot[] {
  const axis = evenSteps(all.flatMap(({ series }) => series.flatMap(({ points }) => points)));
  return all.map(({ series, options }) => ({ series, options: { ...options, yMax: axis.ticks.at(-1)! } }));
}

export interface Plot {
  readonly series: readonly PlotSeries[];
  readonly options: PlotOptions;
}

export const DATABASE_TITLES: Readonly<Record<DatabaseName, string>> = {
  unseen: 'unseen classes',
  generalized: 'seen and unseen classes',
  all: 'all classes',
};

export type ByBits = 'map' | 'lift' | 'precisionAtRadius2' | 'emptyAtRadius2' | 'harmonicMean';

const RADIUS: readonly ByBits[] = ['precisionAtRadius2', 'emptyAtRadius2'];

const FIGURES: Readonly<Record<ByBits, { readonly title: string; readonly label: string }>> = {
  map: { title: 'mAP', label: 'mAP' },
  lift: { title: 'Lift over chance', label: 'lift' },
  precisionAtRadius2: { title: 'Precision in radius 2', label: 'precision' },
  emptyAtRadius2: { title: 'Share of empty balls of radius 2', label: 'share of queries' },
  harmonicMean: { title: 'Harmonic mean', label: 'harmonic mean' },
};

/** A figure by length with error bars of one standard deviation; of mAP with the line of chance. */
export function byBits(
  view: View,
  figure: ByBits,
  task: Task | typeof BOTH_WAYS,
  database: DatabaseName,
  best?: string,
): Plot {
  const here = view.summary.filter((row) => row.task === task && row.database === database);
  const bits = view.bits.filter((length) => here.some((row) => row.bits === length));
  const line = (rows: readonly SummaryRow[], name: 'chance' | ByBits): PlotPoint[] =>
    bits.flatMap((x) => {
      const value = rows.find((row) => row.bits === x)?.[name];
      return value
        ? [{ x, y: value.mean, ...(value.sd !== null && name !== 'chance' && { error: value.sd }) }]
        : [];
    });
  const series = view.methods.map(
    (name): PlotSeries => ({
      name,
      points: line(
        here.filter(({ method }) => method === name),
        figure,
      ),
      style: view.styleOf(name),
      best: name === best,
    }),
  );
  const shown = series.filter(({ points }) => points.length > 0);
  const { title, label } = FIGURES[figure];
  return {
    series:
      figure === 'map'
        ? [...shown, { name: 'chance', points: line(here, 'chance'), style: 'chance' }]
        : shown,
    options: {
      title: `${title}, ${taskText(task, view)}${DATABASE_TITLES[database]}`,
      xLabel: 'bits',
      yLabel: label,
      xTicks: bits,
      logX: true,
      // Where all end at 0 or at 1, names at the ends would say nothing.
      names: RADIUS.includes(figure) ? 'none' : 'end',
      height: 340,
      ...(figure === 'emptyAtRadius2' && { yMax: 1 }),
    },
  };
}

/** Said only where there are several. */
const taskText = (task: string, { tasks }: View): string => (tasks.length > 1 ? `${task}, ` : '');

/** The evaluations of one place, by method. */
function runsOf(
  view: View,
  at: { readonly task: Task; readonly database: DatabaseName; readonly bits: number },
): [string, Evaluation[]][] {
  const runs = view.records.flatMap(({ evaluations }) => evaluations);
  return view.methods.flatMap((method): [string, Evaluation[]][] => {
    const own = runs.filter(
      (run) =>
        run.method === method && run.task === at.task && run.database === at.database && run.bits === at.bits,
    );
    return own.length > 0 ? [[method, own]] : [];
  });
}

/** Of hash lookup at growing radius, mean over seeds at each radius that found something in all of them. */
export function precisionRecall(
  view: View,
  task: Task,
  database: DatabaseName,
  bits: number,
  best?: string,
): Plot {
  const series = runsOf(view, { task, database, bits }).map(([name, runs]): PlotSeries => {
    const curves = runs.map(({ prCurve }) => prCurve);
    const radii = curves[0]!.radius.filter((r) => curves.every(({ radius }) => radius.includes(r)));
    const points = radii.map((r) => {
      const at = curves.map((curve) => {
        const place = curve.radius.indexOf(r);
        return [curve.recall[place]!, curve.precision[place]!] as const;
      });
      return { x: mean(at.map(([recall]) => recall)), y: mean(at.map(([, precision]) => precision)) };
    });
    return { name, points, style: view.styleOf(name), best: name === best };
  });
  return {
    series,
    options: {
      title: `${bits} bits`,
      name: `Precision and recall, ${bits} bits, ${task}`,
      xLabel: 'recall',
      yLabel: 'precision',
      xTicks: [0, 0.2, 0.4, 0.6, 0.8, 1],
      yMax: 1,
      names: 'none',
      height: 300,
    },
  };
}

/** Precision among the first N, mean over seeds; ranks that the database does not have are left out. */
export function precisionAtRanks(
  view: View,
  task: Task,
  database: DatabaseName,
  bits: number,
  best?: string,
): Plot {
  const found = runsOf(view, { task, database, bits });
  const runs = found.flatMap(([, own]) => own);
  const items = Math.min(...runs.map(({ databaseItems }) => databaseItems));
  const ranks = Object.keys(runs[0]?.precisionAt ?? {})
    .map(Number)
    .filter((n) => n <= items)
    .sort((a, b) => a - b);
  const series = found.map(([name, own]): PlotSeries => {
    const points = ranks.map((x) => {
      const { mean: y, sd } = spread(own.map(({ precisionAt }) => precisionAt[x]!));
      return { x, y, ...(sd !== null && { error: sd }) };
    });
    return { name, points, style: view.styleOf(name), best: name === best };
  });
  return {
    series,
    options: {
      title: `${bits} bits`,
      name: `Precision of the first N, ${bits} bits, ${task}`,
      xLabel: 'N',
      yLabel: 'precision of the first N',
      xTicks: ranks,
      logX: true,
      names: 'none',
      height: 300,
    },
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
