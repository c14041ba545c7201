/** What `--report` writes for one model and for a comparison. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../data/files.ts';
import type { Dataset, Split } from '../data/index.ts';
import { throwIfAborted } from '../errors.ts';
import {
  type Environment,
  type Evaluation,
  type SummaryRow,
  summarize,
  type Task,
} from '../evaluate/index.ts';
import type { RunInsight, RunRecord } from '../evaluate/run-record.ts';
import { sidesOf } from '../evaluate/tasks.ts';
import type { Model } from '../model/index.ts';
import { comparisonPage } from '../report/comparison-page.ts';
import { writeReport } from '../report/folder.ts';
import { renderPage } from '../report/page.ts';
import { canShow, retrieve, sampleQueries } from '../report/retrieved.ts';
import { drawStrips } from '../report/strips.ts';
import { checkOutput } from './outputs.ts';
import { budgetText } from './split-options.ts';

/** Pixels of a picture in a report, and hits shown a query. */
export const STRIP = { side: 64, k: 10 } as const;

/** The tasks that a report shows, where there are pictures and texts to show; a text is as wide as two pictures. */
const SHOWN: readonly { task: Task; title: string; file: string; k: number }[] = [
  { task: 'text->image', title: 'Pictures found by words', file: 'text-to-image.png', k: STRIP.k },
  { task: 'image->text', title: 'Words found by a picture', file: 'image-to-text.png', k: STRIP.k / 2 },
  { task: 'image->image', title: 'The nearest codes', file: 'retrieved.png', k: STRIP.k },
];

interface ModelReport {
  readonly data: Dataset;
  readonly split: Split;
  readonly model: Model;
  readonly runs: readonly Evaluation[];
  readonly insight: RunInsight;
  readonly environment: Environment;
  /** At most so many queries are shown. */
  readonly queries: number;
  readonly force: boolean | undefined;
  readonly signal: AbortSignal;
}

/** The page of one model is that of a comparison with one run. */
export async function reportModel(folder: string, report: ModelReport): Promise<void> {
  const { data, split, model, runs, environment, force, signal } = report;
  const drawn = await drawShown(report);
  const summary = summarize(runs);
  const budget = budgetText(split);
  const page = await comparisonPage({
    data,
    records: [recordOf(report)],
    summary,
    environment,
    title: `${model.method}, ${model.bits} bits, on ${data.name}`,
    says:
      `Protocol ${split.protocol}: ${split.seen.length} classes with labels, ${split.unseen.length} without; ` +
      `${split.query.length} queries.${budget ? ` Training read ${budget}.` : ''}`,
    command: `unseen evaluate --model MODEL --data ${data.name} --split SPLIT --report report/`,
    facts: { model: model.fingerprint },
    signal,
  });
  const files = Object.fromEntries(Object.entries(drawn).map(([file, { png }]) => [file, png]));
  const results = { environment, runs, summary };
  await writeReport(folder, { page, results, files }, { force: force ?? false });
}

/** A model from disk has no log of its training. */
const recordOf = ({ data, split, model, runs, insight, environment }: ModelReport): RunRecord => ({
  key: model.fingerprint,
  method: model.method,
  bits: model.bits,
  seed: model.manifest.seed,
  settings: model.manifest.settings,
  dataset: { name: data.name, fingerprint: data.fingerprint },
  split: split.hash,
  evaluations: runs,
  history: [],
  insight,
  environment,
  finishedAt: new Date().toISOString(),
});

/** Pictures of what was found, by file name. */
async function drawShown({ data, split, model, runs, queries, signal }: ModelReport) {
  const drawn: Record<string, { readonly png: Buffer }> = {};
  for (const { task, title, file, k } of SHOWN) {
    if (!canShow(data, task) || !runs.some((run) => run.task === task)) continue;
    const asked = sampleQueries(data, split, queries, sidesOf(task)[0]);
    const options = { task, queries: asked, side: STRIP.side, k, signal };
    const strips = await retrieve(data, split, [model], options);
    const png = await drawStrips(strips, { title, side: STRIP.side });
    drawn[file] = { png };
  }
  return drawn;
}

interface ComparisonReport {
  readonly data: Dataset;
  /** In the plan's order. */
  readonly records: readonly RunRecord[];
  readonly summary: readonly SummaryRow[];
  readonly environment: Environment;
  /** Options of the command line that the records do not tell. */
  readonly asked: readonly string[];
  /** Whether files of an earlier report are replaced. */
  readonly force: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * The page of a comparison, put beside its `runs.jsonl`: files are replaced one by one and never the folder, which holds
 * the finished runs.
 * @throws `OUTPUT_EXISTS` without `force`; `FILE_UNWRITABLE`, `ABORTED`
 */
export async function reportComparison(folder: string, report: ComparisonReport): Promise<void> {
  const { data, records, summary, environment, asked, force, signal } = report;
  throwIfAborted(signal, 'the report');
  const page = await comparisonPage({
    data,
    records,
    summary,
    environment,
    title: `Comparison on ${data.name}`,
    asked,
    signal,
  });
  const file = path.join(folder, 'index.html');
  if (!force) await checkOutput(file, force);
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(file, [renderPage(page)]);
}
