/** `unseen bench collection`: what an embedded collection takes. */
import type { Command } from 'commander';
import type { BenchCollectionCase } from '../bench/index.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { integer, integers } from './options.ts';

interface Options {
  readonly sizes?: number[];
  readonly bits?: number;
  readonly batch?: number;
  readonly folder?: string;
  readonly json?: boolean;
}

export function addBenchCollection(bench: Command): void {
  addCommand(
    bench,
    'collection',
    'an embedded collection: ingest of ready codes, opening, search, compaction',
    ['bench collection', 'bench collection --sizes 1000000,10000000 --folder /data --json'],
  )
    .option('--sizes <a,b>', 'items (default: 1000000)', integers(1000, 1e9))
    .option('--bits <n>', 'length of codes, a multiple of 8 (default: 64)', integer(8, 4096))
    .option('--batch <n>', 'items a call (default: 10000)', integer(1, 1e6))
    .option('--folder <dir>', 'where the collections are made for a time (default: temporary files)')
    .action(({ json, ...asked }: Options) =>
      perform(json, async ({ signal, progress }) => {
        const { benchCollection } = await import('../bench/index.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const cases = await benchCollection({ ...asked, signal, onProgress: (what) => progress.line(what) });
        return { json: { environment: await describeEnvironment(), cases }, text: collectionTable(cases) };
      }),
    );
}

const COLUMNS = [
  'items',
  'bits',
  'items a call',
  'written, items/s',
  'disk, bytes an item',
  'open, s',
  'memory, bytes an item',
  'search, ms',
  'compact, s',
];

function collectionTable(cases: readonly BenchCollectionCase[]): string {
  const rows = cases.map((one) => [
    `${one.items}`,
    `${one.bits}`,
    `${one.batch}`,
    one.itemsPerSecond.toFixed(0),
    one.bytesPerItem.toFixed(0),
    one.openSeconds.toFixed(2),
    one.memoryPerItem.toFixed(0),
    one.searchMs.toFixed(1),
    one.compactSeconds.toFixed(2),
  ]);
  return textTable(
    COLUMNS.map((title) => ({ title })),
    rows,
  );
}
