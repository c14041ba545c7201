/** `unseen codes index`: an index, built once and saved, which opens fast. */
import { type Command, Option } from 'commander';
import type { IndexKind } from '../../search/index.ts';
import { saveFacts } from '../code-file.ts';
import { addCommand, perform } from '../command.ts';
import { checkOutput } from '../outputs.ts';
import { CODES_HELP, formOf, readCodes } from './read.ts';

interface IndexOptions {
  readonly codes: string;
  readonly kind: IndexKind;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addIndex(codes: Command): void {
  addCommand(codes, 'index', 'build an index and save it to a file that opens fast', [
    'codes index --codes codes.npy --out codes.index',
    'codes index --codes codes.npy --kind mih --out codes.index',
    'search --codes codes.index --item 12',
  ])
    .requiredOption('--codes <file>', CODES_HELP)
    .addOption(
      new Option('--kind <kind>', 'linear compares all codes; mih looks near codes up, for large collections')
        .choices(['linear', 'mih'])
        .default('linear'),
    )
    .requiredOption('--out <file>', 'index file to write; names go to <file>.json')
    .option('--force', 'replace existing files')
    .action((options: IndexOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { kind, out, force } = options;
        await checkOutput(out, force);
        const read = await readCodes(options.codes, await formOf(options.codes), { signal });
        const { ids, facts } = read;
        if (facts) await checkOutput(`${out}.json`, force);
        const { LinearIndex, MultiIndexHash, saveIndex } = await import('../../search/index.ts');
        const Index = kind === 'mih' ? MultiIndexHash : LinearIndex;
        const start = performance.now();
        const index = Index.from(read.codes, ids && { ids });
        const seconds = (performance.now() - start) / 1000;
        await saveIndex(index, out, {
          signal,
          onProgress: ({ done, total }) => progress.update('saving', done / total),
        });
        if (facts) await saveFacts(out, facts);
        const { bits, count, bytes } = index;
        return {
          json: { file: out, kind, bits, rows: count, bytes, buildSeconds: seconds },
          text: `${out}: ${count} codes of ${bits} bits, ${kind}, built in ${seconds.toFixed(1)} s, ${Math.ceil(bytes / 2 ** 20)} MiB in memory`,
        };
      }),
    );
}
