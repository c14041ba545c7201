/** What `encode` is given, as encoders take it: the rows of a dataset, picture files, files of texts, or texts. */

import { readTextFile } from '../data/dataset-files.ts';
import type { Dataset, ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { inputsOf, rowsWith } from '../evaluate/rows.ts';
import type { EncoderInput, Model } from '../model/index.ts';
import { rowName, textName } from './data.ts';

export interface Given {
  readonly files: readonly string[];
  readonly data?: string;
  readonly text?: readonly string[];
  readonly modality?: ModalityName;
}

export interface Encodable {
  readonly modality: ModalityName;
  readonly input: EncoderInput;
  /** What each item is called. */
  readonly names: readonly string[];
  /** The input again, where it is raw texts: their words may be unknown. */
  readonly texts?: readonly (string | readonly string[])[];
  /** Of a dataset: the rows that have an item of the modality, and so a code. */
  readonly rows?: readonly number[];
}

const TEXT_FILE = /\.(txt|jsonl)$/i;

const wrong = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

/**
 * The modality that the call itself implies, before anything is read; undefined with `--data`.
 * @throws `ARGUMENT_INVALID` for no input, for several kinds, and for a modality that contradicts it
 */
export function modalityOfCall({ files, data, text = [], modality }: Given): ModalityName | undefined {
  const kinds = [data !== undefined, text.length > 0, files.length > 0].filter(Boolean).length;
  if (kinds !== 1) throw wrong('input', 'give one of --data, --text and files', kinds === 0 ? 'none' : kinds);
  if (data !== undefined) return modality;
  const written = files.filter((file) => TEXT_FILE.test(file)).length;
  if (written > 0 && written < files.length)
    throw wrong('files', 'must be pictures, or texts (.txt, .jsonl), not both', files.length);
  const implied = text.length > 0 || written > 0 ? 'text' : 'image';
  if (modality !== undefined && modality !== implied)
    throw wrong('modality', `must be ${implied} for this input (texts are .txt or .jsonl files)`, modality);
  return implied;
}

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED` */
export async function encodableOf({ files, text = [] }: Given, modality: ModalityName): Promise<Encodable> {
  if (modality === 'image') return { modality, input: files, names: files };
  const texts: (readonly string[])[] = text.map((one) => [one]);
  for (const file of files) for (const one of await readTextFile(file)) texts.push(one);
  return { modality, input: texts, texts, names: texts.map(textName) };
}

/** The rows of a dataset that have an item. @throws `TRAINING_INPUT_MISSING` */
export function encodableRows(data: Dataset, model: Model, modality: ModalityName): Encodable {
  const every = Array.from({ length: data.rows }, (_, row) => row);
  const rows = rowsWith(data, modality, every);
  const input = inputsOf(model, data, modality, rows);
  const raw = model.preprocessing(modality).kind === 'text';
  return {
    modality,
    input,
    names: rows.map((row) => rowName(data, row, modality)),
    ...(raw && { texts: input as readonly (readonly string[])[] }),
    rows,
  };
}

/** The first modality that the model encodes and the dataset has. */
export const modalityOfData = (data: Dataset, model: Model): ModalityName =>
  model.modalities.find((name) => data.modalities[name]) ?? model.modalities[0]!;
