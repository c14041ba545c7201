/** Many pictures → pixels, in batches: a few decoded at once, nothing kept but the batch at hand. */
import type { ImageFiles, Images, Matrix } from '../data/dataset.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { AT_ONCE, decodePicture, readPicture } from './decode.ts';
import { type Extractor, extractorNamed } from './extractors.ts';
import { type Fit, type Kernel, MAX_SIDE, type SquareForm } from './limits.ts';

export interface PictureOptions {
  /** `cover` (default) cuts, `fill` squeezes: see `Fit`. */
  readonly fit?: Fit;
  /** Default `lanczos3`: see `Kernel`. */
  readonly kernel?: Kernel;
  /** Row numbers to read, in this order; default all. */
  readonly rows?: ArrayLike<number>;
  /** Pictures a batch; default 256 (3 MB at 64 × 64 pixels), at least 1. */
  readonly batch?: number;
  /**
   * Called for a picture that cannot be decoded; the picture is left out and reading goes on. Without it, the first
   * bad picture stops the work with its error.
   */
  readonly onBad?: (bad: BadPicture) => void;
  readonly signal?: AbortSignal;
  /** Pictures looked at so far, bad ones included, and pictures in all; after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BadPicture {
  readonly row: number;
  readonly name: string;
  readonly error: UnseenError;
}

export interface PictureBatch {
  /** `[rows.length, side, side, 3]` uint8 RGB. */
  readonly data: Uint8Array;
  /** Which rows of `images` these are: bad ones are missing. */
  readonly rows: Int32Array;
  readonly side: number;
}

/**
 * Pictures by path, in a browser by URL; each is read when its turn comes. Reading throws `FILE_UNREADABLE` or
 * `FILE_LENGTH` (over 64 MiB).
 */
export function imageFilesAt(paths: readonly string[]): ImageFiles {
  return {
    kind: 'files',
    count: paths.length,
    name: (row) => paths[row]!,
    read: (row) => readPicture(paths[row]!),
  };
}

/**
 * Decodes in batches, in order. A batch in which every picture was bad is passed over.
 *
 * @throws `ARGUMENT_INVALID`, `ABORTED`; without `onBad` also `PICTURE_FORMAT`, `PICTURE_TOO_LARGE`,
 *   `PICTURE_UNREADABLE`, and what reading the file throws (`FILE_UNREADABLE` …)
 */
export async function* pictureBatches(
  images: Images | readonly string[],
  side: number,
  options: PictureOptions = {},
): AsyncGenerator<PictureBatch, void, undefined> {
  const { rows, batch = 256, signal, onProgress } = options;
  checkCount('side', side, MAX_SIDE);
  checkCount('batch', batch, 2 ** 20);
  const given: Images = isPaths(images) ? imageFilesAt(images) : images;
  const total = rows?.length ?? given.count;
  for (let i = 0; rows && i < total; i++) checkRow(rows[i]!, given.count);
  for (let from = 0; from < total; from += batch) {
    const wanted = Int32Array.from(
      { length: Math.min(batch, total - from) },
      (_, i) => rows?.[from + i] ?? from + i,
    );
    const decoded = await decodeRows(given, wanted, side, options);
    throwIfAborted(signal, 'the decoding of pictures');
    onProgress?.(from + wanted.length, total);
    if (decoded.rows.length > 0) yield decoded;
  }
}

/** All at once: `[n, side, side, 3]` and which rows they are. Throws as `pictureBatches`. */
export async function readPictures(
  images: Images | readonly string[],
  side: number,
  options: PictureOptions = {},
): Promise<PictureBatch> {
  const batches: PictureBatch[] = [];
  for await (const batch of pictureBatches(images, side, options)) batches.push(batch);
  const count = batches.reduce((sum, { rows }) => sum + rows.length, 0);
  const data = new Uint8Array(count * side * side * 3);
  const rows = new Int32Array(count);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at * side * side * 3);
    rows.set(batch.rows, at);
    at += batch.rows.length;
  }
  return { data, rows, side };
}

/**
 * Features `[n, dim]` of raw pictures by an extractor or its name, a batch at a time. Throws `EXTRACTOR_UNKNOWN`, and as
 * `pictureBatches`. With `onBad`, `rows` says which pictures the features are of.
 */
export async function readFeatures(
  images: Images | readonly string[],
  extractor: string | Extractor,
  options: PictureOptions = {},
): Promise<{ readonly features: Matrix; readonly rows: Int32Array }> {
  const by = typeof extractor === 'string' ? extractorNamed(extractor) : extractor;
  const { side, dim, fit, kernel, batch } = by;
  const preparation = { ...(fit && { fit }), ...(kernel && { kernel }), ...(batch && { batch }) };
  const total = options.rows?.length ?? (isPaths(images) ? images.length : images.count);
  const data = new Float32Array(total * dim);
  const rows = new Int32Array(total);
  let count = 0;
  for await (const pictures of pictureBatches(images, side, { ...preparation, ...options })) {
    data.set(await by.extract(pictures.data), count * dim);
    rows.set(pictures.rows, count);
    count += pictures.rows.length;
  }
  return {
    features: { data: data.subarray(0, count * dim), rows: count, cols: dim },
    rows: rows.subarray(0, count),
  };
}

const isPaths = (images: Images | readonly string[]): images is readonly string[] => Array.isArray(images);

function checkCount(name: string, received: number, max: number): void {
  if (!(Number.isInteger(received) && received >= 1 && received <= max)) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name,
      reason: `must be a whole number from 1 to ${max}`,
      received,
    });
  }
}

function checkRow(received: number, count: number): void {
  if (!(Number.isInteger(received) && received >= 0 && received < count)) {
    throw new UnseenError('ARGUMENT_INVALID', { name: 'rows', reason: `must be in [0, ${count})`, received });
  }
}

async function decodeRows(
  images: Images,
  rows: Int32Array,
  side: number,
  { fit = 'cover', kernel = 'lanczos3', signal, onBad }: PictureOptions,
): Promise<PictureBatch> {
  const size = side * side * 3;
  const data = new Uint8Array(rows.length * size);
  const bad = new Map<number, BadPicture>();
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < rows.length && !failed) {
      if (signal?.aborted) return; // the caller looks at the signal next
      const place = next++;
      const row = rows[place]!;
      try {
        data.set(await pictureAt(images, row, { side, fit, kernel }), place * size);
      } catch (error) {
        if (!onBad || !(error instanceof UnseenError)) {
          failed = true;
          throw error;
        }
        bad.set(place, { row, name: images.kind === 'files' ? images.name(row) : `picture ${row}`, error });
      }
    }
  };
  // Settled, not raced: no picture is still being decoded when the error arrives.
  const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  if (bad.size === 0) return { data, rows, side };
  for (const place of [...bad.keys()].sort((a, b) => a - b)) onBad!(bad.get(place)!);
  const good = Int32Array.from(rows.keys()).filter((place) => !bad.has(place));
  good.forEach((place, i) => {
    data.copyWithin(i * size, place * size, (place + 1) * size);
  });
  return { data: data.subarray(0, good.length * size), rows: good.map((place) => rows[place]!), side };
}

async function pictureAt(images: Images, row: number, form: SquareForm): Promise<Uint8Array> {
  const { side } = form;
  if (images.kind === 'files') return decodePicture(await images.read(row), images.name(row), form);
  const { data, width, height } = images;
  const pixels = data.subarray(row * width * height * 3, (row + 1) * width * height * 3);
  if (width === side && height === side) return pixels;
  return decodePicture({ data: pixels, width, height }, `picture ${row}`, form);
}
