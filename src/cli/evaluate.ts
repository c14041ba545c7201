/** `unseen evaluate`: one model on the split that it was trained on. */
import type { Command } from 'commander';
import { loadSplit } from '../data/index.ts';
import type { Evaluation, SummaryRow } from '../evaluate/index.ts';
import { BOTH_WAYS } from '../evaluate/summary.ts';
import type { Task } from '../evaluate/tasks.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { DATA_HELP, openData } from './data.ts';
import { TASKS_HELP, tasks } from './options.ts';
import { checkOutputFolder } from './outputs.ts';

interface EvaluateOptions {
  readonly model: string;
  readonly data: string;
  readonly split: string;
  readonly tasks?: Task[];
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Queries that a report shows. */
const SHOWN_QUERIES = 8;
/** Of the ranks that are measured, those that are printed. */
const SHOWN_RANKS = [1, 10, 100, 1000];

export function addEvaluate(program: Command): void {
  addCommand(program, 'evaluate', 'measure a model on the split that it was trained on', [
    'evaluate --model model/ --data icons --split split.json',
    'evaluate --model model/ --data icons --split split.json --report report/',
  ])
    .requiredOption('--model <dir>', 'model folder')
    .requiredOption('--data <dir>', DATA_HELP)
    .requiredOption('--split <file>', 'the split that the model was trained on')
    .option('--tasks <a,b>', TASKS_HELP, tasks)
    .option('--report <dir>', 'write a page with figures, plots, and what was found')
    .option('--force', 'replace an existing report')
    .action((options: EvaluateOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        if (options.report !== undefined)
          await checkOutputFolder(options.report, options.force, 'results.json');
        const { Model } = await import('../model/index.ts');
        const { describeEnvironment, evaluateInDepth, summarize } = await import('../evaluate/index.ts');
        const model = await Model.load(options.model);
        const data = await openData(options.data, call);
        const split = await loadSplit(options.split, data);
        const { evaluations: runs, insight } = await evaluateInDepth(model, data, split, {
          signal,
          ...(options.tasks && { tasks: options.tasks }),
          onProgress: ({ phase, done }) => progress.update(phase, done),
        });
        const summary = summarize(runs);
        const json = { environment: await describeEnvironment(), runs, summary };
        if (options.report !== undefined) {
          const { reportModel } = await import('./reports.ts');
          await reportModel(options.report, {
            data,
            split,
            model,
            runs,
            insight,
            environment: json.environment,
            queries: SHOWN_QUERIES,
            force: options.force,
            signal,
          });
        }
        await model.dispose();
        return { json, text: evaluationText(runs, summary) };
      }),
    );
}

const share = (value: number | undefined): string => value?.toFixed(3) ?? '–';

/** One block a task; then, where there are both directions, their mean. */
function evaluationText(runs: readonly Evaluation[], summary: readonly SummaryRow[]): string {
  const { method, bits, seed, split } = runs[0]!;
  const tasks = [...new Set(runs.map(({ task }) => task))];
  const both = summary.filter(({ task }) => task === BOTH_WAYS);
  const blocks = tasks.map((task) => `${task}\n\n${taskTable(runs.filter((run) => run.task === task))}`);
  if (both.length > 0) blocks.push(`mean of image->text and text->image\n\n${bothTable(both)}`);
  return [`${method}, ${bits} bits, seed ${seed}, split ${split.slice(0, 12)}`, ...blocks].join('\n\n');
}

/** One line a figure, one column a database. */
function taskTable(runs: readonly Evaluation[]): string {
  const figures: [string, (run: Evaluation) => string][] = [
    ['mAP', (run) => share(run.map)],
    ['mAP, ties at worst and best', (run) => `${share(run.mapLow)} – ${share(run.mapHigh)}`],
    ['mAP at 5000', (run) => share(run.mapAt5000)],
    ['mAP at 5000, divided by hits', (run) => share(run.mapAt5000ByHits)],
    ...SHOWN_RANKS.map((n): [string, (run: Evaluation) => string] => [
      `precision at ${n}`,
      (run) => share(run.precisionAt[n]),
    ]),
    ['precision in radius 2', (run) => share(run.precisionAtRadius2)],
    ['empty balls of radius 2', (run) => share(run.emptyAtRadius2)],
    ['mAP of seen queries', (run) => share(run.mapSeen)],
    ['harmonic mean', (run) => share(run.harmonicMean)],
    ['NDCG', (run) => share(run.ndcg)],
    ['chance', (run) => share(run.chance)],
    ['queries', (run) => `${run.queries}`],
    ['items', (run) => `${run.databaseItems}`],
  ];
  return figuresTable(
    runs.map(({ database }) => database),
    figures.map(([name, show]) => [name, ...runs.map(show)]),
  );
}

const bothTable = (rows: readonly SummaryRow[]): string =>
  figuresTable(
    rows.map(({ database }) => database),
    [
      ['mAP', ...rows.map(({ map }) => share(map.mean))],
      ['lift over chance', ...rows.map(({ lift }) => share(lift.mean))],
      ['chance', ...rows.map(({ chance }) => share(chance.mean))],
    ],
  );

/** Lines without any figure are left out. */
function figuresTable(databases: readonly string[], lines: readonly (readonly string[])[]): string {
  const columns = [{ title: '', align: 'left' as const }, ...databases.map((title) => ({ title }))];
  const rows = lines.filter((cells) => cells.slice(1).some((cell) => cell !== '–'));
  return textTable(columns, rows);
}
