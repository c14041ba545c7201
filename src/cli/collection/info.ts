/** `unseen collection info`: what a collection holds, beside whoever writes there. */
import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';
import { openReaderAt, shown, TARGET_HELP, using } from './open.ts';

export function addInfo(collection: Command): void {
  addCommand(collection, 'info', 'what a collection holds', ['collection info photos.collection'])
    .argument('<dir>', TARGET_HELP)
    .action((target: string, { json }: { readonly json?: boolean }) =>
      perform(json, async () =>
        using(await openReaderAt(target), async (reader) => {
          const { name, bits, model } = reader;
          const { items, dead, version, codes, bytes } = await reader.stats();
          return {
            json: { collection: shown(target), name, bits, model, items, dead, version, codes, bytes },
            text: [
              `${shown(target)}: collection "${name}", version ${version}`,
              `  ${items} items: ${codes.image} codes of pictures, ${codes.text} of texts, ${bits} bits each`,
              `  ${sizeText(bytes.disk)} on the disk, ${sizeText(bytes.memory)} in memory${dead > 0 ? `; ${dead} replaced or deleted items wait for compact` : ''}`,
              `  model ${model}`,
            ].join('\n'),
          };
        }),
      ),
    );
}

/** `1.5 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 2 ** (10 * power);
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
