/** `unseen collection create`: an empty collection for the codes of one model. */
import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';
import { createCollectionAt, shown, TARGET_HELP, using } from './open.ts';

interface CreateOptions {
  readonly model: string;
  readonly name?: string;
  readonly json?: boolean;
}

export function addCreate(collection: Command): void {
  addCommand(collection, 'create', 'make an empty collection for the codes of one model', [
    'collection create photos.collection --model model/',
    'collection create data/collections/photos --model model/ --name photos',
  ])
    .argument('<dir>', TARGET_HELP)
    .requiredOption('--model <dir>', 'whose codes it will hold')
    .option('--name <name>', "1 to 64 of a-z, 0-9, _ and - (default: the folder's)")
    .action((target: string, options: CreateOptions) =>
      perform(options.json, async () => {
        const { Model } = await import('../../model/index.ts');
        const { bits, fingerprint, method } = await Model.load(options.model);
        const made = await createCollectionAt(target, { name: options.name, bits, model: fingerprint });
        const name = await using(made, async (opened) => opened.name);
        return {
          json: { collection: shown(target), name, bits, model: fingerprint },
          text: `${shown(target)}: collection "${name}" for codes of ${method}, ${bits} bits, model ${fingerprint.slice(0, 12)}`,
        };
      }),
    );
}
