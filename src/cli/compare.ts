/** `unseen compare`: several methods, lengths and seeds on the same splits. */
import { type Command, InvalidArgumentError } from 'commander';
import { UnseenError } from '../errors.ts';
import type { Evaluation } from '../evaluate/index.ts';
import type { Task } from '../evaluate/tasks.ts';
import { comparisonTables, comparisonText } from '../report/comparison.ts';
import { onStdout } from './colour.ts';
import { addCommand, perform } from './command.ts';
import { DATA_HELP, openData } from './data.ts';
import { integers, list, MAX_SEED, setting, TASKS_HELP, tasks } from './options.ts';
import { checkOutputFolder } from './outputs.ts';
import { addSplitOptions, type SplitFlags, splitOptions } from './split-options.ts';

type MethodSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface CompareOptions extends SplitFlags {
  readonly data: string;
  readonly methods: string[];
  readonly bits: number[];
  readonly seeds: number[];
  readonly tasks?: Task[];
  readonly set?: MethodSettings;
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

/** `image->text 0.213, text->image 0.190 (unseen)`: both directions where there are any, else the first task. */
function runText(results: readonly Evaluation[]): string {
  const { database, task: first } = results[0]!;
  const here = results.filter((run) => run.database === database);
  const across = here.filter(({ task }) => task === 'image->text' || task === 'text->image');
  const shown = across.length > 0 ? across : here.filter(({ task }) => task === first);
  const figures = shown.map(({ task, map }) => `${across.length > 0 ? `${task} ` : ''}${map.toFixed(3)}`);
  return `mAP ${figures.join(', ')} (${database})`;
}

export function addCompare(program: Command): void {
  const command = addCommand(program, 'compare', 'train and measure several methods on the same splits', [
    'compare --data icons --unseen 24 --methods lsh,itq,tzsh --bits 64 --seeds 0,1,2',
    'compare --data emoji --unseen 30% --methods cca-itq,czhash --bits 32 --seeds 0,1,2',
    'compare --data photos/ --unseen 40 --methods tzsh,tzsh/source-only,tzsh/oracle --bits 32,64 --set tzsh.rounds=4',
  ]).requiredOption('--data <dir>', DATA_HELP);
  addSplitOptions(command)
    .requiredOption('--methods <a,b>', 'see the list below', list)
    .requiredOption('--bits <a,b>', 'lengths of codes', integers(8, 4096))
    .option('--seeds <a,b>', 'each draws a split and seeds the methods', integers(0, MAX_SEED), [0, 1, 2])
    .option('--tasks <a,b>', TASKS_HELP, tasks)
    .option('--set <method.key=value>', 'a setting of a method, repeatable', methodSetting)
    .option('--report <dir>', 'write a page with figures and plots')
    .option('--force', 'replace an existing report')
    .action((options: CompareOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        const { methods, bits, seeds } = options;
        if (options.report !== undefined)
          await checkOutputFolder(options.report, options.force, 'results.json');
        const { compare } = await import('../evaluate/index.ts');
        const data = await openData(options.data, call);
        const total = methods.length * bits.length * seeds.length;
        let finished = 0;
        const comparison = await compare({
          data,
          ...splitOptions(options),
          methods,
          bits,
          seeds,
          ...(options.tasks && { tasks: options.tasks }),
          ...(options.set && { settings: options.set }),
          signal,
          onProgress: ({ method, bits: length, seed, phase, done }) =>
            progress.update(`${method} ${length} bits, seed ${seed}: ${phase}`, done),
          onRun(results) {
            finished++;
            const { method, bits: length, seed, trainSeconds } = results[0]!;
            const what = `${method} ${length} bits, seed ${seed}: ${runText(results)}`;
            progress.line(`${finished}/${total}  ${what}, trained in ${trainSeconds?.toFixed(1)} s`);
          },
        });
        const { runs, summary, aborted, environment } = comparison;
        const kept = `${finished} of ${total} runs were finished and are printed.`;
        const failure = aborted ? new UnseenError('ABORTED', { during: 'the comparison', kept }) : undefined;
        if (failure && finished === 0) throw failure;
        if (options.report !== undefined) {
          const { reportComparison } = await import('./reports.ts');
          await reportComparison(options.report, {
            data: data.name,
            runs,
            summary,
            environment,
            force: options.force,
          });
        }
        return {
          json: comparison,
          text: comparisonText(comparisonTables(summary), onStdout.bold),
          ...(failure && { failure }),
        };
      }),
    );
}
