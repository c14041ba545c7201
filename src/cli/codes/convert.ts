/** `unseen codes convert`: the same codes in another form: NumPy's in either order of bits, FAISS'. */
import { type Command, Option } from 'commander';
import type { BitOrder } from '../../codes/index.ts';
import { writeCodesNpy } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import type { Id } from '../../search/index.ts';
import { saveFacts } from '../code-file.ts';
import { addCommand, perform } from '../command.ts';
import { checkOutput } from '../outputs.ts';
import { endingOf } from './lines.ts';
import { CODES_HELP, formOf, readCodes } from './read.ts';

interface ConvertOptions {
  readonly out: string;
  readonly inOrder: BitOrder;
  readonly outOrder: BitOrder;
  readonly force?: boolean;
  readonly json?: boolean;
}

const orderOption = (flags: string, whose: string): Option =>
  new Option(flags, `order of the bits in a byte of the .npy that is ${whose}; numpy.packbits unasked: big`)
    .choices(['little', 'big'])
    .default('little');

export function addConvert(codes: Command): void {
  addCommand(codes, 'convert <file>', 'write codes in another form: .npy or .faiss', [
    'codes convert packed.npy --in-order big --out codes.npy',
    'codes convert codes.npy --out codes.faiss',
    'codes convert codes.index --out codes.npy',
  ])
    .requiredOption('--out <file>', '.npy: uint8 [n, bits/8]; .faiss: IndexBinaryFlat')
    .addOption(orderOption('--in-order <order>', 'read'))
    .addOption(orderOption('--out-order <order>', 'written'))
    .option('--force', 'replace existing files')
    .addHelpText(
      'after',
      `\nRead is any file of codes: ${CODES_HELP}.\nThe names beside it go along. Numbers as ids stay in .faiss (IndexBinaryIDMap), in .npy there are none.`,
    )
    .action((file: string, options: ConvertOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { out, inOrder, outOrder, force } = options;
        const ending = endingOf(out, ['.npy', '.faiss']);
        if (outOrder === 'big' && ending !== '.npy') throw orderless('out-order', out);
        await checkOutput(out, force);
        const form = await formOf(file);
        if (inOrder === 'big' && form !== 'npy') throw orderless('in-order', file);
        const { codes, ids, facts } = await readCodes(file, form, { bitOrder: inOrder, signal });
        if (facts) await checkOutput(`${out}.json`, force);
        const kept = ending === '.faiss' ? numbersOf(ids) : undefined;
        if (ids && !kept) progress.line(`${out} cannot hold the ids of ${file}: they are left out.`);
        if (ending === '.npy') await writeCodesNpy(out, codes, { bitOrder: outOrder });
        else {
          const { writeFaissFlat } = await import('../../search/index.ts');
          await writeFaissFlat(codes, out, kept && { ids: kept });
        }
        if (facts) await saveFacts(out, facts);
        const { count, bits } = codes;
        return {
          json: { file: out, rows: count, bits, ids: kept !== undefined, names: facts !== undefined },
          text: `${out}: ${count} codes of ${bits} bits${kept ? ', with ids' : ''}${facts ? ', with names' : ''}`,
        };
      }),
    );
}

const orderless = (name: string, file: string): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason: 'is of .npy files only', received: file });

/** Undefined unless all are whole numbers. */
function numbersOf(ids: ArrayLike<Id> | undefined): (number | bigint)[] | undefined {
  const list = Array.from(ids ?? []);
  const whole = (id: Id): id is number | bigint => typeof id === 'bigint' || Number.isSafeInteger(id);
  return ids && list.every(whole) ? (list as (number | bigint)[]) : undefined;
}
