/** `unseen bench updates`: what an index costs besides searching. */
import { type Command, Option } from 'commander';
import type { BenchUpdatesCase } from '../bench/index.ts';
import { UPDATE_ENGINES, type UpdateEngine } from '../bench/search/updates.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { integer, integers, oneOf } from './options.ts';

interface Options {
  readonly engines?: UpdateEngine[];
  readonly data?: ('random' | 'clustered')[];
  readonly sizes?: number[];
  readonly bits?: number[];
  readonly threads?: number;
  readonly json?: boolean;
}

export function addBenchUpdates(bench: Command): void {
  addCommand(
    bench,
    'updates',
    'what an index costs besides searching: build, add, delete, compact, save, open',
    ['bench updates --sizes 1000000', 'bench updates --engines mih --sizes 100000000 --json'],
  )
    .addOption(
      new Option('--engines <a,b>', `${UPDATE_ENGINES.join(', ')} (default: both)`).argParser(
        oneOf(UPDATE_ENGINES),
      ),
    )
    .addOption(
      new Option('--data <a,b>', 'random, clustered (default: clustered)').argParser(
        oneOf(['random', 'clustered'] as const),
      ),
    )
    .option('--sizes <a,b>', 'codes to build from (default: 1000000,10000000)', integers(1000, 1e9))
    .option('--bits <a,b>', 'lengths of codes (default: 64)', integers(8, 4096))
    .option('--threads <n>', 'threads that may build (default: 1)', integer(1, 256))
    .action(({ json, ...asked }: Options) =>
      perform(json, async ({ signal, progress }) => {
        const { benchUpdates } = await import('../bench/index.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const cases = await benchUpdates({ ...asked, signal, onProgress: (what) => progress.line(what) });
        return { json: { environment: await describeEnvironment(), cases }, text: updatesTable(cases) };
      }),
    );
}

const COLUMNS = [
  'codes',
  'bits',
  'built, codes/s',
  'added, codes/s',
  'delete, µs',
  'compact, s',
  'save, s',
  'open, s',
  'file, bytes a code',
  'memory, bytes a code',
];

function updatesTable(cases: readonly BenchUpdatesCase[]): string {
  const columns = [
    { title: 'engine', align: 'left' as const },
    { title: 'data', align: 'left' as const },
    ...COLUMNS.map((title) => ({ title })),
  ];
  const millions = (rate: number): string => `${(rate / 1e6).toPrecision(3)} M`;
  const rows = cases.map((one) => [
    one.engine,
    one.data,
    `${one.n}`,
    `${one.bits}`,
    millions(one.buildCodesPerSecond),
    millions(one.addCodesPerSecond),
    one.deleteMicroseconds.toFixed(1),
    one.compactSeconds.toFixed(2),
    one.saveSeconds.toFixed(2),
    one.openSeconds.toFixed(2),
    (one.fileBytes / one.n).toFixed(1),
    (one.bytes / one.n).toFixed(1),
  ]);
  return textTable(columns, rows);
}
