/** `unseen evaluate`: one model on the split that it was trained on. */
import type { Command } from 'commander';
import { loadSplit } from '../data/index.ts';
import type { Evaluation } from '../evaluate/index.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { openData } from './data.ts';
import { checkOutputFolder } from './outputs.ts';

interface EvaluateOptions {
  readonly model: string;
  readonly data: string;
  readonly split: string;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Queries that a report shows. */
const SHOWN_QUERIES = 8;

export function addEvaluate(program: Command): void {
  addCommand(program, 'evaluate', 'measure a model on the split that it was trained on', [
    'evaluate --model model/ --data icons --split split.json',
    'evaluate --model model/ --data icons --split split.json --report report/',
  ])
    .requiredOption('--model <dir>', 'model folder')
    .requiredOption('--data <dir>', 'dataset folder, or icons')
    .requiredOption('--split <file>', 'the split that the model was trained on')
    .option('--report <dir>', 'write a page with figures, plots and retrieved pictures')
    .option('--force', 'replace an existing report')
    .action((options: EvaluateOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        if (options.report !== undefined)
          await checkOutputFolder(options.report, options.force, 'results.json');
        const { Model } = await import('../model/index.ts');
        const { describeEnvironment, evaluate } = await import('../evaluate/index.ts');
        const model = await Model.load(options.model);
        const data = await openData(options.data, call);
        const split = await loadSplit(options.split, data);
        const runs = await evaluate(model, data, split, {
          signal,
          onProgress: ({ phase, done }) => progress.update(phase, done),
        });
        const json = { environment: await describeEnvironment(), runs };
        if (options.report !== undefined) {
          const { reportModel } = await import('./reports.ts');
          await reportModel(options.report, {
            data,
            split,
            model,
            runs,
            environment: json.environment,
            queries: SHOWN_QUERIES,
            force: options.force,
            signal,
          });
        }
        await model.dispose();
        return { json, text: evaluationText(runs) };
      }),
    );
}

/** One line a figure, one column a database. */
function evaluationText(runs: readonly Evaluation[]): string {
  const share = (value: number | undefined): string => value?.toFixed(3) ?? '–';
  const figures: [string, (run: Evaluation) => string][] = [
    ['mAP', (run) => share(run.map)],
    ['mAP, ties at worst and best', (run) => `${share(run.mapLow)} – ${share(run.mapHigh)}`],
    ['mAP at 5000', (run) => share(run.mapAt5000)],
    ...Object.keys(runs[0]!.precisionAt).map((n): [string, (run: Evaluation) => string] => [
      `precision at ${n}`,
      (run) => share(run.precisionAt[Number(n)]),
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
  const { method, bits, seed, split, task } = runs[0]!;
  const columns = [
    { title: '', align: 'left' as const },
    ...runs.map(({ database }) => ({ title: database })),
  ];
  const rows = figures
    .map(([name, show]) => [name, ...runs.map(show)])
    .filter((cells) => cells.slice(1).some((cell) => cell !== '–'));
  return `${method}, ${bits} bits, seed ${seed}, ${task}, split ${split.slice(0, 12)}\n\n${textTable(columns, rows)}`;
}
