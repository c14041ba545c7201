/** `unseen collection export`: all of a collection, pictures too, as one file that any backend imports. */
import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';
import { checkOutput } from '../outputs.ts';
import { openReaderAt, shown, TARGET_HELP, using } from './open.ts';

interface ExportOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addExport(collection: Command): void {
  addCommand(collection, 'export', 'write all of a collection, pictures too, to one file', [
    'collection export photos.collection --out photos.export',
  ])
    .argument('<dir>', TARGET_HELP)
    .requiredOption('--out <file>', 'one state of it, whatever is written meanwhile')
    .option('--force', 'replace an existing file')
    .action((target: string, { out, force, json }: ExportOptions) =>
      perform(json, async ({ signal, progress }) => {
        await checkOutput(out, force);
        const { exportCollection } = await import('../../collection/index.ts');
        return using(await openReaderAt(target), async (reader) => {
          const { items } = await exportCollection(reader, out, {
            signal,
            onProgress: ({ done, total }) =>
              progress.update(`writing: ${done} of ${total} items`, done / Math.max(1, total)),
          });
          return {
            json: { collection: shown(target), file: out, items },
            text: `${out}: ${items} items of ${shown(target)}`,
          };
        });
      }),
    );
}
