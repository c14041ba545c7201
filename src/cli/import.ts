/** `unseen import`: a known outside format becomes a dataset folder. */
import type { Command } from 'commander';
import { IMPORTERS, importerFor } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { addCommand, perform } from './command.ts';
import { checkOutputFolder } from './outputs.ts';

interface ImportCommandOptions {
  readonly name?: string;
  readonly embeddings?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  const formats = Object.values(IMPORTERS)
    .map(
      ({ name, describe, source }) => `  ${name.padEnd(10)} ${describe}\n${' '.repeat(13)}source: ${source}`,
    )
    .join('\n');
  addCommand(program, 'import <format> <source>', 'turn a known format into a dataset folder', [
    'import folder photos/ --out data/',
    'import npy arrays/ --embeddings glove.txt --out data/',
  ])
    .option('--name <name>', 'name of the dataset')
    .option('--embeddings <file>', 'a vector for every class: .json, .csv, .npy, or word vectors as text')
    .requiredOption('--out <dir>', 'dataset folder to write')
    .option('--force', 'replace an existing folder')
    .addHelpText('after', `\nFormats:\n${formats}`)
    .action((format: string, source: string, options: ImportCommandOptions) =>
      perform(options.json, async () => {
        const { name, embeddings, force = false, out } = options;
        const importer = importerFor(format);
        const given = {
          ...(name !== undefined && { name }),
          ...(embeddings !== undefined && { embeddings }),
        };
        for (const option of Object.keys(given) as (keyof typeof given)[]) {
          if (!importer.options.includes(option)) {
            const reason = `the format ${format} does not take it`;
            throw new UnseenError('ARGUMENT_INVALID', { name: option, reason, received: given[option] });
          }
        }
        await checkOutputFolder(out, force, 'dataset.json');
        const data = await importer.run(source, out, { ...given, force });
        const embedded = [...data.classEmbeddings.keys()];
        const { rows, classes } = data;
        return {
          json: { folder: out, name: data.name, rows, classes: classes.length, classEmbeddings: embedded },
          text: `${out}: ${data.name}, ${rows} rows, ${classes.length} classes, class embeddings: ${embedded.join(', ') || 'none'}`,
        };
      }),
    );
}
