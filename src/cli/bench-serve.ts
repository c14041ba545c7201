/** `unseen bench serve`: how many requests a service answers here, how fast, and what it does with too many. */
import type { Command } from 'commander';
import { textTable } from '../report/table.ts';
import type { LoadReport } from '../service/load/run.ts';
import { addCommand, perform } from './command.ts';
import { integer } from './options.ts';

interface Options {
  readonly items?: number;
  readonly bits?: number;
  readonly seconds?: number;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addBenchServe(bench: Command): void {
  addCommand(bench, 'serve', 'requests that a service answers: capacity, latency at 70 % of it, overload', [
    'bench serve',
    'bench serve --items 100000 --seconds 20',
    'bench serve --seconds 1800 --json',
  ])
    .option('--items <n>', 'codes in the collection (default: 1000000)', integer(1_000, 10_000_000))
    .option('--bits <n>', 'of a code (default: 64)', integer(8, 4096))
    .option('--seconds <n>', 'of all phases together (default: 60)', integer(2, 86_400))
    .option('--threads <n>', 'of one search (default: 1)', integer(1, 256))
    .action(({ json, ...asked }: Options) =>
      perform(json, async ({ signal, progress }) => {
        const { benchServe } = await import('../service/load/run.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const report = await benchServe({ ...asked, signal, onProgress: (what) => progress.line(what) });
        return { json: { environment: await describeEnvironment(), ...report }, text: loadTable(report) };
      }),
    );
}

/** Figures of a run as `unseen bench serve` shows them. */
export function loadTable({ capacity, steady, overload, memory, ...asked }: LoadReport): string {
  const columns = [
    { title: 'phase', align: 'left' as const },
    ...['asked, 1/s', 'answered, 1/s', 'p50, ms', 'p95', 'p99', 'p99.9', 'max', 'refused'].map((title) => ({
      title,
    })),
  ];
  const rows = Object.entries({ capacity, '70 %': steady, '300 %': overload }).map(([name, outcome]) => {
    const { p50, p95, p99, p999, max } = outcome.latency;
    const refused = Object.entries(outcome.statuses).filter(([status]) => !/^2/.test(status));
    return [
      name,
      outcome.rate?.toFixed(0) ?? '',
      outcome.goodput.toFixed(0),
      ...[p50, p95, p99, p999, max].map((milliseconds) => milliseconds.toFixed(1)),
      refused.map(([status, count]) => `${count} × ${status}`).join(', ') || '0',
    ];
  });
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return [
    `${asked.items} items of ${asked.bits} bits, k = ${asked.k}, ${100 * asked.reads} % searches`,
    textTable(columns, rows),
    `Capacity by ${capacity.connections} connections that ask again at once.`,
    `Goodput at 300 %: ${(100 * overload.share).toFixed(0)} % of the capacity.`,
    `Memory at 70 %: ${mib(memory.first)} to ${mib(memory.last)}, ${(100 * memory.drift).toFixed(1)} %.`,
  ].join('\n');
}
