/** `unseen collection verify`: reads everything that is kept, and compares checksums and counts. */
import type { Command } from 'commander';
import { UnseenError } from '../../errors.ts';
import { addCommand, perform } from '../command.ts';
import { sizeText } from './info.ts';
import { openReaderAt, shown, TARGET_HELP, using } from './open.ts';

export function addVerify(collection: Command): void {
  addCommand(collection, 'verify', 'read everything that is kept; exit status 1 if anything is damaged', [
    'collection verify photos.collection',
  ])
    .argument('<dir>', TARGET_HELP)
    .action((target: string, { json }: { readonly json?: boolean }) =>
      perform(json, async () =>
        using(await openReaderAt(target), async (reader) => {
          const { items, codeBytes, problems } = await reader.verify();
          const [first] = problems;
          return {
            json: { collection: shown(target), items, codeBytes, problems },
            text:
              first === undefined
                ? `${shown(target)}: ${items} items and ${sizeText(codeBytes)} of codes, all well`
                : [
                    `${shown(target)}: ${problems.length} problems`,
                    ...problems.map((one) => `  ${one}`),
                  ].join('\n'),
            ...(first !== undefined && {
              failure: new UnseenError('COLLECTION_DAMAGED', {
                file: shown(target),
                where: 'verify',
                reason: first,
              }),
            }),
          };
        }),
      ),
    );
}
