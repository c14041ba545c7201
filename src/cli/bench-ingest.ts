/** `unseen bench ingest`: how fast pictures become durable items here. */
import type { Command } from 'commander';
import type { BenchIngestCase } from '../ingest/bench.ts';
import type { StageTimes } from '../ingest/bench-stages.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { integer, integers } from './options.ts';

interface Options {
  readonly pictures?: string;
  readonly count?: number;
  readonly workers?: number[];
  readonly json?: boolean;
}

export function addBenchIngest(bench: Command): void {
  addCommand(bench, 'ingest', 'pictures a second into a collection, each durable when it counts', [
    'bench ingest',
    'bench ingest --pictures photos/ --workers 1,2,4 --json',
  ])
    .option('--pictures <dir>', 'folder of pictures (default: emoji as PNG files of 72 to 128 pixels)')
    .option('--count <n>', 'pictures at most (default: 3000)', integer(1, 1_000_000))
    .option('--workers <a,b>', 'threads that decode and encode (default: one a core)', integers(1, 256))
    .action(({ json, ...asked }: Options) =>
      perform(json, async ({ signal, progress }) => {
        const { benchIngest } = await import('../ingest/bench.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const report = await benchIngest({ ...asked, signal, onProgress: (what) => progress.line(what) });
        return {
          json: { environment: await describeEnvironment(), ...report },
          text: `${casesTable(report.cases)}\n\n${stagesText(report.stages)}`,
        };
      }),
    );
}

function casesTable(cases: readonly BenchIngestCase[]): string {
  const columns = ['workers', 'pictures', 'seconds', 'pictures/s', 'CPU s'].map((title) => ({ title }));
  const rows = cases.map(({ workers, pictures, seconds, picturesPerSecond, cpuSeconds }) => [
    `${workers}`,
    `${pictures}`,
    seconds.toFixed(2),
    picturesPerSecond.toFixed(0),
    cpuSeconds.toFixed(2),
  ]);
  return textTable(columns, rows);
}

function stagesText({ pictures, bytesAPicture, millisecondsAPicture }: StageTimes): string {
  const stages = Object.entries(millisecondsAPicture).map(([name, ms]) => `${name} ${ms.toFixed(3)}`);
  const kib = (bytesAPicture / 1024).toFixed(1);
  return `Milliseconds a picture in one thread (${pictures} files of ${kib} KiB): ${stages.join(', ')}`;
}
