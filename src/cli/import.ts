/** `unseen import`: a known outside format becomes a dataset folder. */
import { type Command, Option } from 'commander';
import {
  type BadRow,
  type Dataset,
  holdsClassDescriptions,
  IMPORTERS,
  type ImportOptions,
  importerFor,
} from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { addBackboneOptions } from './backbone.ts';
import { addCommand, perform, type Result } from './command.ts';
import { type Collected, type FinishOptions, importHooks, withFinish } from './import-work.ts';
import { integer } from './options.ts';
import { checkOutputFolder } from './outputs.ts';

interface ImportCommandOptions extends FinishOptions {
  readonly name?: string;
  readonly embeddings?: string;
  readonly classes?: string;
  readonly images?: string;
  readonly tags?: string;
  readonly side?: number;
  readonly skipBad?: boolean;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What an importer must heed for an option of the command line. */
const NEEDED = {
  name: 'name',
  embeddings: 'embeddings',
  classes: 'classes',
  images: 'images',
  tags: 'tags',
  side: 'side',
  skipBad: 'onBad',
  // What these make is made between reading and writing.
  features: 'finish',
  backbone: 'finish',
  wordVectors: 'finish',
} as const satisfies Partial<Record<keyof ImportCommandOptions, keyof ImportOptions>>;

/** Bad rows that are listed for people; `--json` lists all. */
const MOST_SHOWN = 20;
const EXAMPLES = [
  'import folder photos/ --out data/',
  'import folder photos/ --backbone clip/onnx/vision_model.onnx --out data/',
  'import csv captions.csv --images photos/ --features --embeddings glove.txt --out data/',
  'import npy arrays/ --embeddings glove.txt --out data/',
  'import xlsa17 xlsa17/data/CUB --out cub/',
  'import dataset data/ --embeddings descriptions.tsv --out described/',
];

export function addImport(program: Command): void {
  const width = Math.max(...Object.keys(IMPORTERS).map((name) => name.length));
  const formats = Object.values(IMPORTERS)
    .map(
      ({ name, describe, source }) =>
        `  ${name.padEnd(width)} ${describe}\n${' '.repeat(width + 3)}source: ${source}`,
    )
    .join('\n');
  const summary = 'turn a known format into a dataset folder';
  const command = addCommand(program, 'import <format> <source>', summary, EXAMPLES)
    .option('--name <name>', 'name of the dataset')
    .option(
      '--embeddings <file>',
      'a vector or a description of every class: attributes, word vectors, sentences (docs/data.md)',
    )
    .option('--classes <file>', 'class names, one a line: their order, and which labels there are')
    .option('--images <dir>', 'folder of the pictures (default: the folder of the file that lists them)')
    .option('--tags <file>', 'names of the columns of a bag of words, one a line')
    .option(
      '--side <pixels>',
      'height and width of the pictures that are kept (default: 64)',
      integer(8, 1024),
    )
    .option('--word-vectors <file>', 'word vectors as text, kept for text encoders')
    .addOption(
      new Option('--features [extractor]', 'features of the pictures by an extractor').preset('gradients/1'),
    );
  addBackboneOptions(command)
    .option('--skip-bad', 'leave bad rows out, count and list them (default: stop at the first)')
    .requiredOption('--out <dir>', 'dataset folder to write')
    .option('--force', 'replace an existing folder')
    .addHelpText('after', `\nFormats:\n${formats}`)
    .action((format: string, source: string, options: ImportCommandOptions) =>
      perform(options.json, async (call) => {
        const importer = importerFor(format);
        for (const [option, needed] of Object.entries(NEEDED)) {
          const received = options[option as keyof typeof NEEDED];
          if (received === undefined || importer.options.includes(needed)) continue;
          const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
          const reason = `the format ${format} does not take it`;
          throw new UnseenError('ARGUMENT_INVALID', { name, reason, received });
        }
        const { out, force = false, skipBad = false } = options;
        await checkOutputFolder(out, force, 'dataset.json');
        const { hooks, collected } = importHooks(call, skipBad);
        const asked = await withDescriptions(options);
        const data = await withFinish(asked, call, (finish) =>
          importer.run(source, out, { ...given(asked), ...hooks, force, ...(finish && { finish }) }),
        );
        return resultOf(data, out, collected, skipBad);
      }),
    );
}

/** Descriptions of classes become vectors between reading and writing, by a text encoder. */
async function withDescriptions(options: ImportCommandOptions): Promise<ImportCommandOptions> {
  const { embeddings, ...others } = options;
  if (embeddings === undefined || !(await holdsClassDescriptions(embeddings))) return options;
  return { ...others, descriptions: embeddings };
}

function given({ name, embeddings, classes, images, tags, side }: ImportCommandOptions): ImportOptions {
  return {
    ...(name !== undefined && { name }),
    ...(embeddings !== undefined && { embeddings }),
    ...(classes !== undefined && { classes }),
    ...(images !== undefined && { images }),
    ...(tags !== undefined && { tags }),
    ...(side !== undefined && { side }),
  };
}

function resultOf(data: Dataset, folder: string, { bad, unused }: Collected, skipBad: boolean): Result {
  const { name, rows, classes, fingerprint } = data;
  const embedded = [...data.classEmbeddings.keys()];
  const { features, extractor } = data.modalities.image ?? {};
  const made = extractor !== undefined && features ? { extractor, dim: features.cols } : undefined;
  bad.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return {
    json: {
      folder,
      name,
      rows,
      classes: classes.length,
      classEmbeddings: embedded,
      fingerprint,
      ...(made && { features: made }),
      ...(skipBad && { skipped: { count: bad.length, rows: bad } }),
      ...(unused.length > 0 && { unused }),
    },
    text: [
      `${folder}: ${name}, ${rows} rows, ${classes.length} classes, class embeddings: ${embedded.join(', ') || 'none'}`,
      ...(made ? [`features: ${made.dim} values a picture by ${made.extractor}`] : []),
      ...(unused.length > 0 ? [`columns that mean nothing here: ${unused.join(', ')}`] : []),
      ...(skipBad ? [`left out: ${bad.length} bad rows`, ...bad.slice(0, MOST_SHOWN).map(badText)] : []),
      ...(bad.length > MOST_SHOWN ? [`  … and ${bad.length - MOST_SHOWN} more (--json lists all)`] : []),
    ].join('\n'),
  };
}

const badText = ({ file, line, reason }: BadRow): string =>
  line === undefined ? `  ${reason}` : `  ${file}: line ${line}: ${reason}`;
