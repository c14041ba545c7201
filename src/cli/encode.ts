/** `unseen encode`: items in, packed codes out. */
import { type Command, Option } from 'commander';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { saveCodes } from './code-file.ts';
import { addCommand, perform } from './command.ts';
import { openData, rowName } from './data.ts';
import { checkOutput } from './outputs.ts';

interface EncodeOptions {
  readonly model: string;
  readonly data?: string;
  readonly modality?: ModalityName;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addEncode(program: Command): void {
  addCommand(program, 'encode [files...]', 'write the codes of a dataset, or of picture files', [
    'encode --model model/ --data icons --out codes.npy',
    'encode --model model/ holiday/*.jpg --out codes.npy',
  ])
    .requiredOption('--model <dir>', 'model folder')
    .option('--data <dir>', 'dataset folder, or icons: all of its rows')
    .addOption(new Option('--modality <name>', 'default: what the model encodes').choices(['image', 'text']))
    .requiredOption('--out <file>', 'codes to write: .npy, uint8 [n, bits/8]; names go to <file>.json')
    .option('--force', 'replace existing files')
    .action((files: string[], options: EncodeOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        if ((options.data === undefined) === (files.length === 0)) {
          const received = files.length > 0 ? 'both' : 'neither';
          throw new UnseenError('ARGUMENT_INVALID', {
            name: 'input',
            reason: 'give --data or files',
            received,
          });
        }
        await checkOutput(options.out, options.force);
        await checkOutput(`${options.out}.json`, options.force);
        const { Model } = await import('../model/index.ts');
        const { inputsOf } = await import('../evaluate/rows.ts');
        const model = await Model.load(options.model);
        const modality = options.modality ?? model.modalities[0]!;
        const data = options.data === undefined ? undefined : await openData(options.data, call);
        const rows = Array.from({ length: data?.rows ?? 0 }, (_, row) => row);
        const input = data ? inputsOf(model, data, modality, rows) : files;
        const start = performance.now();
        const codes = await model.encode(modality, input, {
          signal,
          onProgress: ({ done, total }) => progress.update('encoding', done / total),
        });
        const seconds = (performance.now() - start) / 1000;
        const names = data ? rows.map((row) => rowName(data, row)) : files;
        await saveCodes(options.out, codes, { modality, model: model.fingerprint, names });
        await model.dispose();
        const itemsPerSecond = codes.count / seconds;
        const { count, bits } = codes;
        return {
          json: {
            file: options.out,
            rows: count,
            bits,
            modality,
            model: model.fingerprint,
            seconds,
            itemsPerSecond,
          },
          text: `${options.out}: ${count} codes of ${bits} bits (${codes.bytesPerCode} bytes), ${Math.round(itemsPerSecond)} items/s`,
        };
      }),
    );
}
