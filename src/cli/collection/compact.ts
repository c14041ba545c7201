/** `unseen collection compact`: gives the space of replaced and deleted items back. */
import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';
import { sizeText } from './info.ts';
import { openCollectionAt, shown, TARGET_HELP, using } from './open.ts';

export function addCompact(collection: Command): void {
  addCommand(collection, 'compact', 'give the space of replaced and deleted items back', [
    'collection compact photos.collection',
  ])
    .argument('<dir>', TARGET_HELP)
    .action((target: string, { json }: { readonly json?: boolean }) =>
      perform(json, async () =>
        using(await openCollectionAt(target), async (opened) => {
          const before = await opened.stats();
          await opened.compact();
          const { items, bytes } = await opened.stats();
          const disk = { before: before.bytes.disk, after: bytes.disk };
          return {
            json: { collection: shown(target), items, removed: before.dead, disk },
            text: `${shown(target)}: ${before.dead} dead items went, ${items} stay; ${sizeText(disk.before)} on the disk became ${sizeText(disk.after)}`,
          };
        }),
      ),
    );
}
