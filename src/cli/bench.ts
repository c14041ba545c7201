/** `unseen bench`: how fast it is here, against rivals in the same run. */
import type { Command } from 'commander';
import type { BenchPairsCase, BenchTrainCase } from '../bench/index.ts';
import { textTable } from '../report/table.ts';
import { addBenchCollection } from './bench-collection.ts';
import { addBenchIngest } from './bench-ingest.ts';
import { addBenchSearch } from './bench-search.ts';
import { addBenchServe } from './bench-serve.ts';
import { addBenchUpdates } from './bench-updates.ts';
import { addCommand, perform } from './command.ts';
import { integer, integers } from './options.ts';

interface TrainOptions {
  readonly threads?: number;
  readonly rounds?: number;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** Rounds that tell whether it works. */
const QUICK_ROUNDS = 2;

export function addBench(program: Command): void {
  const bench = program
    .command('bench')
    .description('measure speed on this machine, against rivals in the same run');
  addBenchSearch(bench);
  addBenchUpdates(bench);
  addBenchCollection(bench);
  addBenchServe(bench);
  addBenchTrain(bench);
  addBenchPairs(bench);
  addBenchIngest(bench);
}

function addBenchTrain(bench: Command): void {
  addCommand(bench, 'train', 'one training step against PyTorch, JAX, jax-js and TensorFlow.js', [
    'bench train --quick',
    'bench train --threads 1 --json',
  ])
    .option('--threads <n>', 'threads of every engine that has them (default: all)', integer(1, 1024))
    .option('--rounds <n>', 'rounds of every engine, taken in turn (default: 9)', integer(1, 1000))
    .option('--quick', `${QUICK_ROUNDS} rounds only: about a minute`)
    .action((options: TrainOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { benchTrain } = await import('../bench/index.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const { threads } = options;
        const rounds = options.rounds ?? (options.quick ? QUICK_ROUNDS : undefined);
        const report = await benchTrain({
          ...(threads !== undefined && { threads }),
          ...(rounds !== undefined && { rounds }),
          signal,
          onProgress: (what) => progress.line(what),
        });
        const missing = report.missing.map(({ engine, install }) => `${engine} is not here: ${install}`);
        const roof = `Roof: products of ${report.gemmRoofGflops.toFixed(0)} Gflop/s (${report.gemmRoofEngine}).`;
        return {
          json: { environment: await describeEnvironment(), ...report },
          text: [trainTable(report.cases), '', roof, ...missing].join('\n'),
        };
      }),
    );
}

interface PairsOptions {
  readonly pairs?: number[];
  readonly method?: string;
  readonly epochs?: number;
  readonly json?: boolean;
}

function addBenchPairs(bench: Command): void {
  addCommand(bench, 'pairs', 'how cross-modal training grows with the number of pairs: time and memory', [
    'bench pairs --pairs 10000 --epochs 1',
    'bench pairs --method dcmh --json',
  ])
    .option('--pairs <a,b>', 'made-up pairs (default: 10000,30000,100000)', integers(1000, 1e7))
    .option('--method <name>', 'a method of images and texts that learns in epochs (default: czhash)')
    .option('--epochs <n>', 'passes over the pairs (default: 2)', integer(1, 1000))
    .action(({ pairs, method, epochs, json }: PairsOptions) =>
      perform(json, async ({ signal, progress }) => {
        const { benchPairs } = await import('../bench/index.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const cases = await benchPairs({
          ...(pairs && { pairs }),
          ...(method !== undefined && { method }),
          ...(epochs !== undefined && { epochs }),
          signal,
          onProgress: (what) => progress.line(what),
        });
        return { json: { environment: await describeEnvironment(), cases }, text: pairsTable(cases) };
      }),
    );
}

function pairsTable(cases: readonly BenchPairsCase[]): string {
  const columns = [
    { title: 'method', align: 'left' as const },
    ...['pairs', 'seconds', 's an epoch', 'peak, MiB'].map((title) => ({ title })),
  ];
  const rows = cases.map(({ method, pairs, seconds, secondsPerEpoch, peakMiB }) => [
    method,
    `${pairs}`,
    seconds.toFixed(1),
    secondsPerEpoch?.toFixed(2) ?? '–',
    peakMiB.toFixed(0),
  ]);
  return textTable(columns, rows);
}

function trainTable(cases: readonly BenchTrainCase[]): string {
  const columns = [
    { title: 'engine', align: 'left' as const },
    ...['theirs / ours', 'ms a step', '10 % … 90 %', 'CPU ms', 'threads', 'of the roof', 'difference'].map(
      (title) => ({
        title,
      }),
    ),
    { title: 'setting', align: 'left' as const },
  ];
  const rows = cases.map(
    ({ engine, version, medianMs, p10Ms, p90Ms, cpuMs, threads, gemmShare, ...rest }) => [
      `${engine} ${version}`,
      rest.againstOurs ? `${rest.againstOurs.ratio.toFixed(2)} ×` : '–',
      medianMs.toFixed(2),
      `${p10Ms.toFixed(2)} … ${p90Ms.toFixed(2)}`,
      cpuMs.toFixed(1),
      `${threads}`,
      `${Math.round(100 * gemmShare)} %`,
      rest.againstOurs ? rest.againstOurs.maxRelativeDifference.toExponential(1) : '–',
      rest.setting,
    ],
  );
  return textTable(columns, rows);
}
