/** Every run of a comparison as CSV (RFC 4180: commas, CRLF, quotes where needed): for spreadsheets and R. */
import type { Environment, Evaluation, RunRecord } from '../evaluate/index.ts';

/** A run's figures on one task and database, and what is known of where they come from. */
export type CsvRun = Evaluation &
  Partial<Pick<RunRecord, 'dataset' | 'settings' | 'environment' | 'finishedAt'>>;

/** The entries of some records, each with its record's provenance. */
export const csvRuns = (records: readonly RunRecord[]): CsvRun[] =>
  records.flatMap(({ evaluations, dataset, settings, environment, finishedAt }) =>
    evaluations.map((run) => ({ ...run, dataset, settings, environment, finishedAt })),
  );

type Value = string | number | null | undefined;
type Column = readonly [title: string, value: (run: CsvRun) => Value];

const own = (...names: (keyof CsvRun & keyof Evaluation)[]): Column[] =>
  names.map((name) => [name, (run) => run[name] as Value]);

const environment = (title: string, value: (where: Environment) => Value): Column => [
  title,
  (run) => run.environment && value(run.environment),
];

/** What was run and measured; then a column a rank of `precisionAt`; then where, when and how. */
const BEFORE: readonly Column[] = [
  ['dataset', (run) => run.dataset?.name],
  ...own('method', 'bits', 'seed', 'protocol', 'task', 'database'),
  ...own('queries', 'skippedQueries', 'databaseItems'),
  ...own('map', 'mapLow', 'mapHigh', 'mapAt5000', 'mapAt5000ByHits', 'chance'),
  ...own('mapSeen', 'harmonicMean', 'ndcg', 'precisionAtRadius2', 'emptyAtRadius2'),
  ...own('trainSeconds', 'encodeItemsPerSecond'),
];
const AFTER: readonly Column[] = [
  ...own('split'),
  ['datasetFingerprint', (run) => run.dataset?.fingerprint],
  ['settings', (run) => run.settings && JSON.stringify(run.settings)],
  environment('unseen', ({ versions }) => versions.unseen),
  environment('onnxruntime', ({ versions }) => versions.onnxruntime),
  environment('node', ({ node }) => node),
  environment('platform', ({ platform }) => platform),
  environment('cpu', ({ cpu }) => cpu),
  environment('cores', ({ cores }) => cores),
  environment('memoryBytes', ({ memoryBytes }) => memoryBytes),
  environment('commit', ({ commit }) => commit),
  ['finishedAt', (run) => run.finishedAt],
];

/**
 * One line a run × task × database under a line of titles, which are the names of `Evaluation`. Figures in full
 * precision; what a run does not have is empty. `prCurve` is left to JSON.
 */
export function comparisonCsv(runs: readonly CsvRun[]): string {
  const ranks = [...new Set(runs.flatMap(({ precisionAt }) => Object.keys(precisionAt)))].map(Number);
  const precisions = ranks
    .sort((a, b) => a - b)
    .map((n): Column => [`precisionAt${n}`, ({ precisionAt }) => precisionAt[n]]);
  const columns = [...BEFORE, ...precisions, ...AFTER];
  const lines = [
    columns.map(([title]) => title),
    ...runs.map((run) => columns.map(([, value]) => value(run))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: Value): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
