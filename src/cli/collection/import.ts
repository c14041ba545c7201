/** `unseen collection import`: items of an export, into a new collection or one that is there. */
import type { Command } from 'commander';
import type { Collection } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';
import { addCommand, perform } from '../command.ts';
import { createCollectionAt, openCollectionAt, shown, TARGET_HELP, using } from './open.ts';

interface ImportOptions {
  readonly name?: string;
  readonly json?: boolean;
}

export function addImportItems(collection: Command): void {
  addCommand(collection, 'import', 'read an export into a new collection, or into one of the same model', [
    'collection import photos.export copy.collection',
    'collection import photos.export postgres://me@db.example/search#photos',
  ])
    .argument('<file>', 'made by "unseen collection export"')
    .argument('<dir>', `${TARGET_HELP}; made if it is not there`)
    .option('--name <name>', "of a new collection (default: the folder's)")
    .addHelpText(
      'after',
      '\nAll of the file is checked before anything is written. To repeat it does no harm.',
    )
    .action((file: string, target: string, { name, json }: ImportOptions) =>
      perform(json, async ({ signal, progress }) => {
        const { importCollection, readExportHeader } = await import('../../collection/index.ts');
        const { model, bits } = await readExportHeader(file);
        return using(await openOrCreate(target, { name, model, bits }), async (opened) => {
          const { items } = await importCollection(file, opened, {
            signal,
            onProgress: ({ done, total }) =>
              progress.update(2 * done <= total ? 'checking' : 'writing', done / Math.max(1, total)),
          });
          const all = await opened.count();
          return {
            json: { collection: shown(target), file, imported: items, items: all },
            text: `${shown(target)}: ${items} items imported; it holds ${all}`,
          };
        });
      }),
    );
}

async function openOrCreate(
  target: string,
  options: { readonly name: string | undefined; readonly model: string; readonly bits: number },
): Promise<Collection> {
  try {
    return await openCollectionAt(target);
  } catch (error) {
    if (!(error instanceof UnseenError) || error.code !== 'COLLECTION_MISSING') throw error;
    return createCollectionAt(target, options);
  }
}
