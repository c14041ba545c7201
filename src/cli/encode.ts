/** `unseen encode`: items in, packed codes out. */
import { type Command, Option } from 'commander';
import type { ModalityName } from '../data/index.ts';
import { saveCodes } from './code-file.ts';
import { addCommand, perform } from './command.ts';
import { DATA_HELP, openData } from './data.ts';
import { collect } from './options.ts';
import { checkOutput } from './outputs.ts';

interface EncodeOptions {
  readonly model: string;
  readonly data?: string;
  readonly text?: readonly string[];
  readonly modality?: ModalityName;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addEncode(program: Command): void {
  addCommand(program, 'encode [files...]', 'write the codes of a dataset, of pictures, or of texts', [
    'encode --model model/ --data icons --out codes.npy',
    'encode --model model/ holiday/*.jpg --out codes.npy',
    'encode --model model/ --data emoji --modality text --out texts.npy',
    'encode --model model/ captions.txt --out texts.npy',
    'encode --model model/ --text "a red boat" --text "two cats" --out texts.npy',
  ])
    .requiredOption('--model <dir>', 'model folder')
    .option('--data <dir>', `${DATA_HELP}: all of its rows that have an item of the modality`)
    .option('--text <words>', 'a text, repeatable', collect)
    .addOption(
      new Option(
        '--modality <name>',
        'default: what the input is; of a dataset what the model encodes',
      ).choices(['image', 'text']),
    )
    .requiredOption('--out <file>', 'codes to write: .npy, uint8 [n, bits/8]; names go to <file>.json')
    .option('--force', 'replace existing files')
    .addHelpText(
      'after',
      '\nFiles are pictures, or texts: one a line in .txt, a "text" field a line in .jsonl.',
    )
    .action((files: string[], options: EncodeOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        const given = { ...options, files };
        const { encodableOf, encodableRows, modalityOfCall, modalityOfData } = await import(
          './encode-input.ts'
        );
        const asked = modalityOfCall(given);
        await checkOutput(options.out, options.force);
        await checkOutput(`${options.out}.json`, options.force);
        const { Model } = await import('../model/index.ts');
        const { countUnknown, requireEncoder } = await import('./encoders.ts');
        const model = await Model.load(options.model);
        if (asked) await requireEncoder(model, options.model, asked);
        const data = options.data === undefined ? undefined : await openData(options.data, call);
        const items = data
          ? encodableRows(data, model, asked ?? modalityOfData(data, model))
          : await encodableOf(given, asked!);
        const { modality, names, texts, rows } = items;
        const unknownTexts = texts && countUnknown(model, texts, progress);
        const start = performance.now();
        const codes = await model.encode(modality, items.input, {
          signal,
          onProgress: ({ done, total }) => progress.update('encoding', done / total),
        });
        const seconds = (performance.now() - start) / 1000;
        await model.dispose();
        const { count, bits } = codes;
        const leftOut = data ? data.rows - count : 0;
        await saveCodes(options.out, codes, {
          modality,
          model: model.fingerprint,
          names: [...names],
          ...(leftOut > 0 && { datasetRows: [...rows!] }),
        });
        const itemsPerSecond = count / seconds;
        const without = leftOut > 0 ? `, ${leftOut} rows without ${modality} left out` : '';
        return {
          json: {
            file: options.out,
            rows: count,
            ...(data && { leftOut }),
            ...(unknownTexts !== undefined && { unknownTexts }),
            bits,
            modality,
            model: model.fingerprint,
            seconds,
            itemsPerSecond,
          },
          text: `${options.out}: ${count} codes of ${bits} bits (${codes.bytesPerCode} bytes)${without}, ${Math.round(itemsPerSecond)} items/s`,
        };
      }),
    );
}
