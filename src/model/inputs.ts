/** What `encode` accepts, turned into batches that the ONNX encoder takes. */
import type { Images, Matrix, ModalityName } from '../data/dataset.ts';
import type { Extractor } from '../encoders/extractors.ts';
import { type BadPicture, imageFilesAt, readFeatures, readPictures } from '../encoders/pictures.ts';
import type { WordEncoder } from '../encoders/text/word-encoder.ts';
import { UnseenError } from '../errors.ts';
import type { Preprocessing } from './manifest.ts';

/**
 * Features `[n, d]`; pictures as files or pixels; or a list: of paths (in a browser: URLs) for an image encoder, of texts
 * for a text encoder (a text may be a list of strings, which together are one text).
 */
export type EncoderInput = Matrix | Images | readonly string[] | readonly (readonly string[])[];

/** Row by row access in batches: nothing but the batch at hand is in memory. */
export interface BatchSource {
  readonly rows: number;
  /** Dimensions after the batch. */
  readonly dims: readonly number[];
  read(from: number, to: number): Promise<Float32Array | Uint8Array>;
}

type List = readonly (string | readonly string[])[];
const isList = (input: EncoderInput): input is readonly string[] => Array.isArray(input);
const isMatrix = (input: Matrix | Images): input is Matrix => !('kind' in input);

/** Whether the input is pictures still, which an image encoder of features needs an extractor for. */
export const isRawPictures = (modality: ModalityName, input: EncoderInput): boolean =>
  modality === 'image' && (isList(input) || !isMatrix(input as Matrix | Images));

/** What the files of a model hold, opened. */
export interface Opened {
  /** The word encoder that preprocessing of kind `text` names. */
  readonly words?: WordEncoder;
  /** The backbone of the preprocessing. */
  readonly extractor?: Extractor;
  /** Takes what cannot be decoded: its input is zeros. Absent: the first bad picture ends the reading. */
  readonly onBad?: (bad: BadPicture) => void;
}

/**
 * @throws `MODEL_INPUT_SHAPE`, `MODEL_INPUT_NOT_FINITE` naming the row, `MODEL_NEEDS_FEATURES` for raw items where the
 *   features came ready-made; and, while reading, the errors of pictures that cannot be decoded.
 */
export function batchesOf(
  input: EncoderInput,
  preprocessing: Preprocessing,
  modality: ModalityName,
  { words, extractor: backbone, onBad }: Opened = {},
): BatchSource {
  if (modality === 'text') return textBatches(input, preprocessing, words);
  const given = isList(input) ? imageFilesAt(input) : (input as Matrix | Images);
  if (preprocessing.kind === 'features') {
    const { dim, extractor } = preprocessing;
    if (isMatrix(given)) return matrixBatches(given, dim);
    if (extractor === undefined) {
      throw new UnseenError('MODEL_NEEDS_FEATURES', { dim, received: `${given.count} pictures` });
    }
    return {
      rows: given.count,
      dims: [dim],
      async read(from, to) {
        const rows = range(from, to);
        const read = await readFeatures(given, backbone ?? extractor, { rows, ...(onBad && { onBad }) });
        const { data } = read.features;
        checkWidth(read.features, dim, `what the extractor ${extractor} makes`);
        checkFinite(data, dim, from);
        return atTheirPlaces(data, read.rows, rows, dim);
      },
    };
  }
  const { side } = preprocessing as Extract<Preprocessing, { kind: 'pixels' }>;
  if (isMatrix(given)) {
    const received = `features [${given.rows}, ${given.cols}]`;
    throw new UnseenError('MODEL_INPUT_SHAPE', {
      what: 'the input',
      received,
      expected: `pictures (${side}×${side} pixels)`,
    });
  }
  return {
    rows: given.count,
    dims: [side, side, 3],
    async read(from, to) {
      const rows = range(from, to);
      const read = await readPictures(given, side, { rows, ...(onBad && { onBad }) });
      return atTheirPlaces(read.data, read.rows, rows, side * side * 3);
    },
  };
}

/** Values of the rows that could be read, and zeros for the others: `[wanted.length, size]`. */
function atTheirPlaces<T extends Float32Array | Uint8Array>(
  values: T,
  rows: Int32Array,
  wanted: Int32Array,
  size: number,
): T {
  if (rows.length === wanted.length) return values;
  const all = new (values.constructor as new (length: number) => T)(wanted.length * size);
  rows.forEach((row, i) => {
    all.set(values.subarray(i * size, (i + 1) * size), (row - wanted[0]!) * size);
  });
  return all;
}

function textBatches(
  input: EncoderInput,
  preprocessing: Preprocessing,
  words: WordEncoder | undefined,
): BatchSource {
  const { dim } = preprocessing as Exclude<Preprocessing, { kind: 'pixels' }>;
  if (!Array.isArray(input)) {
    const given = input as Matrix | Images;
    if (isMatrix(given)) return matrixBatches(given, dim);
    throw new UnseenError('MODEL_INPUT_SHAPE', {
      what: 'the input of the text encoder',
      received: `${given.count} pictures`,
      expected: 'texts',
    });
  }
  const texts = input as List;
  if (!words) throw new UnseenError('MODEL_NEEDS_FEATURES', { dim, received: `${texts.length} texts` });
  return {
    rows: texts.length,
    dims: [dim],
    read: async (from, to) => words.encode(texts.slice(from, to)).data,
  };
}

const range = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

function matrixBatches(matrix: Matrix, dim: number): BatchSource {
  checkWidth(matrix, dim, 'the input');
  if (matrix.data.length !== matrix.rows * matrix.cols) {
    const expected = `${matrix.rows * matrix.cols} for ${matrix.rows} rows of ${matrix.cols}`;
    throw new UnseenError('MODEL_INPUT_SHAPE', {
      what: 'the number of values',
      received: matrix.data.length,
      expected,
    });
  }
  return {
    rows: matrix.rows,
    dims: [dim],
    async read(from, to) {
      const batch = matrix.data.subarray(from * dim, to * dim);
      checkFinite(batch, dim, from);
      return batch;
    },
  };
}

function checkWidth(matrix: Matrix, dim: number, what: string): void {
  if (matrix.cols !== dim) {
    const received = `${matrix.cols} values a row`;
    throw new UnseenError('MODEL_INPUT_SHAPE', { what, received, expected: `${dim}` });
  }
}

/** `first` is the number of the batch's first row in the whole input. */
function checkFinite(values: Float32Array, dim: number, first: number): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      const row = first + Math.floor(i / dim);
      throw new UnseenError('MODEL_INPUT_NOT_FINITE', { row, column: i % dim, received: String(values[i]) });
    }
  }
}
