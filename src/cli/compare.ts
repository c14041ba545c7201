/** `unseen compare`: several methods, lengths and seeds on the same splits, in several processes. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { UnseenError } from '../errors.ts';
import type { Comparison } from '../evaluate/index.ts';
import type { Task } from '../evaluate/tasks.ts';
import { comparisonTables, comparisonText } from '../report/comparison.ts';
import { onStdout } from './colour.ts';
import { addCommand, perform } from './command.ts';
import { CompareView } from './compare-live.ts';
import { settingsOfConfigs } from './config.ts';
import { DATA_HELP, openData } from './data.ts';
import { failureJson } from './failure.ts';
import { collect, integer, integers, list, MAX_SEED, setting, TASKS_HELP, tasks } from './options.ts';
import { addSplitOptions, type SplitFlags, splitOptions, splitWords } from './split-options.ts';

type MethodSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface CompareOptions extends SplitFlags {
  readonly data: string;
  readonly methods: string[];
  readonly bits: number[];
  readonly seeds: number[];
  readonly tasks?: Task[];
  readonly config?: readonly string[];
  readonly set?: MethodSettings;
  readonly processes?: number;
  readonly threads: number;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `tzsh.rounds=4`, `tzsh/source-only.epochs=2`: names of methods hold no dot. */
function methodSetting(text: string, held: MethodSettings = {}): MethodSettings {
  const at = text.indexOf('.');
  if (at < 1) throw new InvalidArgumentError('Expected method.key=value.');
  const method = text.slice(0, at);
  return { ...held, [method]: setting(text.slice(at + 1), held[method]) };
}

/** What is wrong with a result that is only a part. */
function partOf({ records, failures, aborted }: Comparison, total: number, folder: string | undefined) {
  const kept =
    folder === undefined
      ? `${records.length} of ${total} runs were finished and are printed.`
      : `${records.length} of ${total} runs are kept in ${folder}; the same command goes on from there.`;
  if (aborted) return new UnseenError('ABORTED', { during: 'the comparison', kept });
  const first = failures[0];
  if (!first) return undefined;
  const { method, bits, seed, error } = first;
  return new UnseenError('RUNS_FAILED', {
    failed: failures.length,
    total,
    first: `${method} ${bits} bits, seed ${seed}: ${error.code}: ${error.message}`,
    kept,
  });
}

/** The document of `--json` and `results.json`. */
function resultsOf({ environment, records, runs, summary, aborted, failures }: Comparison) {
  // Runs that were kept may be of another machine or version.
  const texts = new Set(records.map((record) => JSON.stringify(record.environment)));
  return {
    environment,
    ...(texts.size > 1 && { environments: [...texts].map((text) => JSON.parse(text)) }),
    runs,
    summary,
    aborted,
    failures: failures.map(({ error, ...run }) => ({ ...run, ...failureJson(error) })),
  };
}

export function addCompare(program: Command): void {
  const command = addCommand(program, 'compare', 'train and measure several methods on the same splits', [
    'compare --data icons --unseen 24 --methods lsh,itq,tzsh --bits 64 --seeds 0,1,2',
    'compare --data emoji --unseen 30% --methods cca-itq,czhash --bits 32 --seeds 0,1,2 --report results/',
    'compare --data photos/ --unseen 40 --methods tzsh,tzsh/source-only,tzsh/oracle --bits 32,64 --set tzsh.rounds=4',
  ]).requiredOption('--data <dir>', DATA_HELP);
  addSplitOptions(command)
    .requiredOption('--methods <a,b>', 'see the list below', list)
    .requiredOption('--bits <a,b>', 'lengths of codes', integers(8, 4096))
    .option('--seeds <a,b>', 'each draws a split and seeds the methods', integers(0, MAX_SEED), [0, 1, 2])
    .option('--tasks <a,b>', TASKS_HELP, tasks)
    .option('--config <file>', "a method's settings, as tune writes them, repeatable; --set wins", collect)
    .option('--set <method.key=value>', 'a setting of a method, repeatable', methodSetting)
    .option(
      '--processes <n>',
      'that share the runs, each with the dataset in memory (default: one a core)',
      integer(0, 256),
    )
    .option('--threads <n>', 'in a process; other counts change the last bits of figures', integer(1, 256), 1)
    .option(
      '--report <dir>',
      'keep finished runs there, go on from those it has, and write figures and a page',
    )
    .option('--force', 'forget the runs that the folder holds')
    .action((options: CompareOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        const { methods, bits, seeds, threads, report: folder } = options;
        const { compare } = await import('../evaluate/index.ts');
        const { checkComparisonFolder } = await import('../evaluate/runner/run-store.ts');
        if (folder !== undefined) await checkComparisonFolder(folder);
        const settings = await settingsOfConfigs(options.config ?? [], options.set);
        const data = await openData(options.data, call);
        const view = new CompareView({ methods, bits, seeds });
        const comparison = await compare({
          data,
          source: options.data,
          ...splitOptions(options),
          methods,
          bits,
          seeds,
          ...(options.tasks && { tasks: options.tasks }),
          settings,
          processes: options.processes ?? availableParallelism(),
          threads,
          monitor: true,
          ...(folder !== undefined && { folder, force: options.force ?? false }),
          signal,
          onPlan({ total, kept }) {
            for (const { evaluations } of kept) view.count(evaluations);
            if (kept.length > 0)
              progress.line(`${kept.length} of ${total} runs were finished before: ${folder} has them`);
            progress.show(() => view.lines());
          },
          onProgress: (event) => view.progress(event),
          onRun(results, state) {
            const line = view.run(results, state);
            if (!process.stderr.isTTY) progress.line(line); // a terminal has the table
          },
          onFailure: (failure) => progress.line(view.failure(failure)),
        });
        progress.stop();
        const { records, summary, aborted } = comparison;
        const failure = partOf(comparison, view.total, folder);
        if (failure && records.length === 0) throw failure;
        const results = resultsOf(comparison);
        if (folder !== undefined && !aborted) {
          const { writeComparison } = await import('./compare-files.ts');
          const tasks = options.tasks?.join(',').replaceAll('->', '-to-');
          const asked = [...splitWords(options), ...(tasks ? [`--tasks ${tasks}`] : [])];
          await writeComparison(folder, { data, comparison, results, asked, signal });
        }
        return {
          json: results,
          text: comparisonText(comparisonTables(summary), onStdout.bold),
          ...(failure && { failure }),
        };
      }),
    );
}
