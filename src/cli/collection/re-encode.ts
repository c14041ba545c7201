/** `unseen collection re-encode`: all items to the codes of another model, made of the pictures and texts that are kept. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';
import { timeText } from '../compare-live.ts';
import { integer } from '../options.ts';
import { openCollectionAt, shown, TARGET_HELP, using } from './open.ts';

interface ReencodeOptions {
  readonly model: string;
  readonly workers?: number;
  readonly json?: boolean;
}

export function addReencode(collection: Command): void {
  addCommand(collection, 're-encode', 'move a collection to another model, in one step at the end', [
    'collection re-encode photos.collection --model better-model/',
  ])
    .argument('<dir>', TARGET_HELP)
    .requiredOption('--model <dir>', 'the model that it moves to')
    .option('--workers <n>', 'threads that decode and encode (default: one a core)', integer(1, 256))
    .action((target: string, { model, workers = availableParallelism(), json }: ReencodeOptions) =>
      perform(json, async ({ signal, progress }) => {
        const { openEncoderPool, reencodeWith } = await import('../../ingest/index.ts');
        return using(await openCollectionAt(target), async (opened) => {
          const before = opened.model;
          return using(await openEncoderPool(model, { workers }), async (pool) => {
            const start = performance.now();
            await reencodeWith(opened, pool, {
              signal,
              onProgress({ done, total }) {
                const seconds = ((performance.now() - start) / 1000) * (total / Math.max(1, done) - 1);
                progress.update(`encoding: ${done} of ${total}, ${timeText(seconds)} left`, done / total);
              },
            });
            const items = await opened.count();
            return {
              json: { collection: shown(target), items, bits: opened.bits, model: opened.model, before },
              text: `${shown(target)}: ${items} items have codes of model ${opened.model.slice(0, 12)}, ${opened.bits} bits (before: ${before.slice(0, 12)})`,
            };
          });
        });
      }),
    );
}
