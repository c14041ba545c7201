/** What the parts of a comparison's page share: the order and the looks of methods, and which runs stand for all. */
import type { Dataset } from '../data/index.ts';
import { BOTH_WAYS, type DatabaseName, type SummaryRow, TASKS, type Task } from '../evaluate/index.ts';
import type { RunRecord, TaskInsight } from '../evaluate/run-record.ts';
import type { SeriesStyle } from './series-style.ts';

export interface View {
  readonly data: Dataset;
  readonly records: readonly RunRecord[];
  readonly summary: readonly SummaryRow[];
  /** In the order of their first runs, oracles last. */
  readonly methods: readonly string[];
  /** Ascending. */
  readonly bits: readonly number[];
  readonly seeds: readonly number[];
  readonly tasks: readonly Task[];
  /** What methods are compared by: both directions where there are any, else the first task. */
  readonly mainTask: Task | typeof BOTH_WAYS;
  /** The first of what is searched: unseen classes, or all of a supervised protocol. */
  readonly mainDatabase: DatabaseName;
  readonly databases: readonly DatabaseName[];
  /** The same in all plots. */
  readonly styleOf: (method: string) => SeriesStyle;
}

export const distinct = <T>(values: Iterable<T>): T[] => [...new Set(values)];

/** Trained with the hidden labels: a bound, not a competitor. */
export const isOracle = (method: string): boolean => method.endsWith('/oracle');

/** There must be at least one record with at least one evaluation. */
export function viewOf(data: Dataset, records: readonly RunRecord[], summary: readonly SummaryRow[]): View {
  const runs = records.flatMap(({ evaluations }) => evaluations);
  const all = distinct(runs.map(({ method }) => method));
  const methods = [...all.filter((name) => !isOracle(name)), ...all.filter(isOracle)];
  const oracle = methods.find(isOracle);
  const tasks = TASKS.filter((task) => runs.some((run) => run.task === task));
  const databases = distinct(runs.map(({ database }) => database));
  return {
    data,
    records,
    summary,
    methods,
    bits: distinct(runs.map(({ bits }) => bits)).sort((a, b) => a - b),
    seeds: distinct(runs.map(({ seed }) => seed)),
    tasks,
    mainTask: summary.some(({ task }) => task === BOTH_WAYS) ? BOTH_WAYS : tasks[0]!,
    mainDatabase: databases[0]!,
    databases,
    styleOf: (method) => (method === oracle ? 'oracle' : methods.indexOf(method)),
  };
}

/** The same with the look of the first place, a full line, for one method. */
export function withFirst(view: View, method: string): View {
  const ordered = [method, ...view.methods.filter((name) => name !== method)];
  const { styleOf } = view;
  return {
    ...view,
    styleOf: (name) => (typeof styleOf(name) === 'number' ? ordered.indexOf(name) : styleOf(name)),
  };
}

/** The length that stands for all where one must: 64 bits, or the longest below, or the shortest. */
export const lengthShown = (bits: readonly number[]): number =>
  bits.filter((length) => length <= 64).at(-1) ?? bits[0]!;

/** One run of each of the methods and what is kept of its task; those without it are left out. */
export function insightsOf(
  { records }: View,
  methods: readonly string[],
  task: Task,
  at: { readonly bits: number; readonly seed: number },
): { readonly record: RunRecord; readonly insight: TaskInsight }[] {
  return methods.flatMap((method) => {
    const record = records.find(
      (one) => one.method === method && one.bits === at.bits && one.seed === at.seed,
    );
    const insight = record?.insight.tasks.find((one) => one.task === task);
    return record && insight ? [{ record, insight }] : [];
  });
}

/** Classes that a run asked for; in a zero-shot protocol those without labels. */
export const askedClasses = ({ insight }: RunRecord): Set<number> =>
  new Set(insight.tasks.flatMap(({ confusion }) => confusion.asked));

/** Whether the protocol hides classes from training. */
export const isZeroShot = ({ mainDatabase }: View): boolean => mainDatabase === 'unseen';
