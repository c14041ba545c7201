/** `unseen collection delete`: items by their ids, or by what their payloads say. */
import type { Command } from 'commander';
import type { Collection } from '../../collection/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { addCommand, perform } from '../command.ts';
import { filterOption } from './filter-option.ts';
import { openCollectionAt, shown, TARGET_HELP, using } from './open.ts';

interface DeleteOptions {
  readonly filter?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addDelete(collection: Command): void {
  addCommand(collection, 'delete', 'delete items by id, or by a filter on their payloads', [
    'collection delete photos.collection boot/1.jpg boot/2.jpg',
    'collection delete photos.collection --filter \'{"field": "class", "eq": "boot"}\' --dry-run',
  ])
    .argument('<dir>', TARGET_HELP)
    .argument('[ids...]', 'of the items')
    .option('--filter <json>', 'all whose payload matches, see docs/collection-filters.md')
    .option('--dry-run', 'count them, and delete nothing')
    .action((target: string, ids: string[], options: DeleteOptions) =>
      perform(options.json, async ({ signal }) => {
        const given = [ids.length > 0, options.filter !== undefined].filter(Boolean).length;
        if (given !== 1) {
          const reason = 'give ids, or --filter';
          throw new UnseenError('ARGUMENT_INVALID', {
            name: 'items',
            reason,
            received: given === 0 ? 'none' : 'both',
          });
        }
        return using(await openCollectionAt(target), async (opened) => {
          const chosen = options.filter === undefined ? ids : await matching(opened, options.filter, signal);
          const found = options.dryRun ? await present(opened, chosen) : await opened.delete(chosen);
          const items = await opened.count();
          const what = options.dryRun ? 'would be deleted' : 'deleted';
          return {
            json: { collection: shown(target), deleted: options.dryRun ? 0 : found, matched: found, items },
            text: `${shown(target)}: ${found} items ${what}; it holds ${items}`,
          };
        });
      }),
    );
}

async function matching(opened: Collection, filter: string, signal: AbortSignal): Promise<string[]> {
  const { matches } = await import('../../collection/index.ts');
  const wanted = await filterOption(filter);
  const ids: string[] = [];
  for await (const { id, payload } of opened.items()) {
    throwIfAborted(signal, 'the search for items', 'Nothing was deleted.');
    if (matches(wanted, payload)) ids.push(id);
  }
  return ids;
}

async function present(opened: Collection, ids: readonly string[]): Promise<number> {
  let count = 0;
  for (const id of new Set(ids)) if (await opened.get(id)) count++;
  return count;
}
