/** `unseen tune`: settings of a method chosen by cross-validation over the seen classes of a split. */
import { type Command, InvalidArgumentError } from 'commander';
import { writeFileAtomic } from '../data/files.ts';
import { type Dataset, loadSplit, makeSplit, type Split } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { Trial, Tuning } from '../evaluate/index.ts';
import { formatSpread, textTable } from '../report/table.ts';
import { onStdout } from './colour.ts';
import { addCommand, perform } from './command.ts';
import { timeText } from './compare-live.ts';
import { DATA_HELP, openData } from './data.ts';
import { integer, MAX_SEED } from './options.ts';
import { checkOutput } from './outputs.ts';
import { addSplitOptions, type SplitFlags, splitOptions } from './split-options.ts';

type Values = Readonly<Record<string, readonly unknown[]>>;
type Settings = Readonly<Record<string, unknown>>;

interface TuneOptions extends SplitFlags {
  readonly data: string;
  readonly split?: string;
  readonly method: string;
  readonly bits: number;
  readonly set?: Values;
  readonly trials: number;
  readonly folds: number;
  readonly seed: number;
  readonly prune: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Share of the work after which its speed says how long the rest will take. */
const TIMED_SHARE = 0.02;

/** `rounds=2,4,8`, `loss=pairwise,triplet`, `sizes=[64,32],[128]`: JSON values with commas between, else words. */
function values(text: string, held: Values = {}): Values {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Expected key=value or key=a,b,c.');
  const list = text.slice(at + 1);
  return {
    ...held,
    [text.slice(0, at)]: valuesOf(list) ?? list.split(',').map((one) => valuesOf(one)?.[0] ?? one),
  };
}

function valuesOf(text: string): unknown[] | undefined {
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    return undefined;
  }
}

const settingsText = (settings: Settings): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ') || 'default';

const trialText = (trial: Trial): string => {
  const { settings, pruned, trainSeconds } = trial;
  const end = pruned ? ', given up' : '';
  return `${settingsText(settings)}: mAP ${formatSpread(trial)}${end}, trained in ${trainSeconds.toFixed(1)} s`;
};

export function addTune(program: Command): void {
  const command = addCommand(
    program,
    'tune',
    'choose settings of a method by cross-validation over the seen classes',
    [
      'tune --data icons --unseen 24 --method tzsh --bits 64 --out tzsh.json',
      'tune --data icons --split split.json --method itq --bits 64 --set iterations=10,50,200',
      'tune --data emoji --unseen 30% --method cmfh --bits 32 --set mu=10,100 --set balance=0.3,0.5,0.7 --folds 5',
    ],
  )
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--split <file>', 'whose training rows are used (default: drawn by the options below)');
  addSplitOptions(command)
    .requiredOption('--method <name>', 'what to tune, see the list below')
    .requiredOption('--bits <n>', 'length of a code, a multiple of 8 from 8 to 4096', integer(8, 4096))
    .option('--set <key=a,b,c>', "values to try of a setting, repeatable (default: the method's own)", values)
    .option('--trials <n>', 'settings to try at most; a larger grid is sampled', integer(2, 10_000), 20)
    .option('--folds <n>', 'parts that the seen classes are dealt into', integer(2, 20), 3)
    .option(
      '--seed <n>',
      'draws the split, folds and settings, and seeds the method',
      integer(0, MAX_SEED),
      0,
    )
    .option('--no-prune', 'try every setting on every fold, also one that is clearly worse on the first')
    .option('--out <file>', 'write what was chosen, a --config of train and compare')
    .option('--force', 'replace an existing file')
    .action((options: TuneOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        checkOneSplit(command, options);
        if (options.out !== undefined) await checkOutput(options.out, options.force);
        const { tune } = await import('../evaluate/index.ts');
        const data = await openData(options.data, call);
        const split = await chosenSplit(data, options);
        const { method, bits, trials, folds, seed, prune } = options;
        const start = performance.now();
        const tuning = await tune(data, split, {
          method,
          bits,
          trials,
          folds,
          seed,
          prune,
          ...(options.set && { settings: options.set }),
          signal,
          onProgress({ trial, fold, phase, done }) {
            const left = ((performance.now() - start) / 1000) * (1 / done - 1);
            const rest = done >= TIMED_SHARE ? `, ${timeText(left)} left` : '';
            progress.update(`setting ${trial + 1}, fold ${fold + 1}/${folds}: ${phase}${rest}`, done);
          },
          onTrial: (trial, i, total) => progress.line(`${i + 1}/${total}  ${trialText(trial)}`),
        });
        const finished = tuning.trials.length;
        const kept = `${finished} settings were finished and are printed.`;
        const failure = tuning.aborted ? new UnseenError('ABORTED', { during: 'tuning', kept }) : undefined;
        if (failure && finished === 0) throw failure;
        if (options.out !== undefined) {
          const config = { method, bits, settings: tuning.settings };
          await writeFileAtomic(options.out, [`${JSON.stringify(config, null, 2)}\n`]);
        }
        return { json: tuning, text: tuningText(tuning, options.out), ...(failure && { failure }) };
      }),
    );
}

/** A file says all that the options would. */
function checkOneSplit(command: Command, { split }: TuneOptions): void {
  const drawn = ['protocol', 'unseen', 'labelShare', 'labelSpaces'].find(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (split === undefined || drawn === undefined) return;
  const received = command.getOptionValue(drawn);
  const reason = 'has no meaning beside --split, which is a split already';
  throw new UnseenError('ARGUMENT_INVALID', { name: drawn, reason, received });
}

const chosenSplit = async (data: Dataset, options: TuneOptions): Promise<Split> =>
  options.split === undefined
    ? makeSplit(data, { ...splitOptions(options), seed: options.seed })
    : loadSplit(options.split, data);

/** What the trial that ran first leaves alone has its default. */
const trialName = ({ settings }: Trial, first: boolean): string => {
  const text = settingsText(settings);
  return first && text !== 'default' ? `${text}, else default` : text;
};

/** The best first; those that were given up last. */
function trialTable({ trials, folds, choice }: Tuning): string {
  const order = [...trials].sort((a, b) => Number(a.pruned) - Number(b.pruned) || b.mean - a.mean);
  return textTable(
    [
      { title: 'settings', align: 'left' },
      { title: 'mAP' },
      ...folds.map((_, i) => ({ title: `fold ${i + 1}` })),
      { title: 'train, s' },
    ],
    order.map((trial) => {
      const cells = [
        trialName(trial, trial === trials[0]),
        trial.pruned ? 'given up' : formatSpread(trial),
        ...folds.map((_, fold) => trial.scores[fold]?.toFixed(3) ?? '–'),
        trial.trainSeconds.toFixed(1),
      ];
      return cells.map((text) => ({ text, strong: trial === trials[choice!.recommended] }));
    }),
    onStdout.bold,
  );
}

function tuningText(tuning: Tuning, out?: string): string {
  const { method, bits, tasks, folds, trials, choice, settings } = tuning;
  const { best, recommended, gain, needed } = choice!;
  const held = folds[0]!.classes.length > 0 ? 'seen classes' : 'training rows';
  const gained = `${gain >= 0 ? '+' : ''}${gain.toFixed(3)}`;
  const verdict =
    best === 0
      ? 'Nothing is better than the default.'
      : recommended === 0
        ? `No better than the default: ${settingsText(trials[best]!.settings)} gains ${gained}, which may be luck below ${needed.toFixed(3)}.`
        : `Better than the default by ${gained} (more than ${needed.toFixed(3)}, which may be luck).`;
  const flags =
    Object.keys(settings).length > 0 ? ` --set ${settingsText(settings).replaceAll(' ', ' --set ')}` : '';
  return [
    `${method}, ${bits} bits: mean mAP of ${tasks.join(' and ')} on ${folds.length} folds of ${held}`,
    '',
    trialTable(tuning),
    '',
    verdict,
    `Use: --method ${method} --bits ${bits}${flags}${out === undefined ? '' : `, or --config ${out}`}`,
  ].join('\n');
}
