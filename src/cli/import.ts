/** `unseen import`: a known outside format becomes a dataset folder. */
import type { Command } from 'commander';
import { IMPORTERS, importerFor } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { addBackboneOptions, type BackboneOptions, withBackbone } from './backbone.ts';
import { addCommand, perform } from './command.ts';
import { checkOutputFolder } from './outputs.ts';

interface ImportCommandOptions extends BackboneOptions {
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
  const command = addCommand(
    program,
    'import <format> <source>',
    'turn a known format into a dataset folder',
    [
      'import folder photos/ --out data/',
      'import folder photos/ --backbone clip/onnx/vision_model.onnx --out data/',
      'import npy arrays/ --embeddings glove.txt --out data/',
    ],
  );
  addBackboneOptions(command)
    .option('--name <name>', 'name of the dataset')
    .option('--embeddings <file>', 'a vector for every class: .json, .csv, .npy, or word vectors as text')
    .requiredOption('--out <dir>', 'dataset folder to write')
    .option('--force', 'replace an existing folder')
    .addHelpText('after', `\nFormats:\n${formats}`)
    .action((format: string, source: string, options: ImportCommandOptions) =>
      perform(options.json, async (call) => {
        const { name, embeddings, force = false, out } = options;
        const importer = importerFor(format);
        const given = {
          ...(name !== undefined && { name }),
          ...(embeddings !== undefined && { embeddings }),
        };
        const { backbone } = options;
        for (const [option, received] of Object.entries({ ...given, ...(backbone && { backbone }) })) {
          // The features of a backbone are made between reading and writing.
          const needed = option === 'backbone' ? 'finish' : (option as keyof typeof given);
          if (!importer.options.includes(needed)) {
            const reason = `the format ${format} does not take it`;
            throw new UnseenError('ARGUMENT_INVALID', { name: option, reason, received });
          }
        }
        await checkOutputFolder(out, force, 'dataset.json');
        const data = await withBackbone(options, call, (finish) =>
          importer.run(source, out, { ...given, force, ...(finish && { finish }) }),
        );
        const embedded = [...data.classEmbeddings.keys()];
        const { rows, classes } = data;
        const { features, extractor } = data.modalities.image ?? {};
        const made = extractor !== undefined && features ? { extractor, dim: features.cols } : undefined;
        return {
          json: {
            folder: out,
            name: data.name,
            rows,
            classes: classes.length,
            classEmbeddings: embedded,
            ...(made && { features: made }),
          },
          text: [
            `${out}: ${data.name}, ${rows} rows, ${classes.length} classes, class embeddings: ${embedded.join(', ') || 'none'}`,
            ...(made ? [`features: ${made.dim} values a picture by ${made.extractor}`] : []),
          ].join('\n'),
        };
      }),
    );
}
