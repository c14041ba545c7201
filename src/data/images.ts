/** Where pictures come from: a tar read in place, a folder, or an array of pixels. Decoding is the encoders' work. */
import type { FileHandle } from 'node:fs/promises';
import { open, opendir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import type { ImageFiles, ImagePixels, Images } from './dataset.ts';
import { allocate, isFolder, readBounded, readExactly, unreadable } from './files.ts';
import { readIdx } from './idx.ts';
import { readNpy } from './npy.ts';
import { indexTar } from './tar.ts';

/** One encoded picture; far above any photograph, far below what would hurt. */
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 16;
const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.avif', '.tif', '.tiff']);

function checkRow(row: number, count: number): void {
  if (!(Number.isInteger(row) && row >= 0 && row < count))
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'row',
      reason: `must be in [0, ${count})`,
      received: row,
    });
}

/** Reads by position share one open handle, which is closed as soon as no read is under way. */
function sharedReader(file: string): (offset: number, size: number) => Promise<Uint8Array> {
  let opened: Promise<FileHandle> | undefined;
  let readers = 0;
  return async (offset, size) => {
    readers++;
    opened ??= open(file, 'r');
    const current = opened;
    try {
      const bytes = allocate(size, file);
      await readExactly(await current, bytes, offset, file);
      return bytes;
    } catch (cause) {
      throw unreadable(file, cause);
    } finally {
      if (--readers === 0) {
        opened = undefined;
        await current.then(
          (handle) => handle.close(),
          () => undefined,
        );
      }
    }
  };
}

/** The members of a tar, in its order. Throws as `indexTar`. */
export async function imagesFromTar(file: string): Promise<ImageFiles> {
  const members = await indexTar(file);
  const read = sharedReader(file);
  return {
    kind: 'files',
    count: members.length,
    name: (row) => {
      checkRow(row, members.length);
      return members[row]!.name;
    },
    read: async (row) => {
      checkRow(row, members.length);
      const { offset, size, name } = members[row]!;
      if (size > MAX_IMAGE_BYTES)
        throw new UnseenError('FILE_LENGTH', {
          file: `${file}: ${name}`,
          expected: `at most ${MAX_IMAGE_BYTES}`,
          received: size,
        });
      return read(offset, size);
    },
  };
}

/** Picture files below a folder, as paths with `/` inside it, sorted; hidden files and links are passed over. */
export async function listImages(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (inside: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH)
      throw new UnseenError('FILE_MALFORMED', {
        file: folder,
        where: inside,
        reason: `folders may be ${MAX_DEPTH} deep`,
        received: depth,
      });
    for await (const entry of await opendir(path.join(folder, inside))) {
      if (entry.name.startsWith('.')) continue;
      const name = inside ? `${inside}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await walk(name, depth + 1);
      else if (entry.isFile() && EXTENSIONS.has(path.extname(entry.name).toLowerCase())) found.push(name);
    }
  };
  try {
    await walk('', 0);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  return found.sort((a, b) => (a < b ? -1 : 1)); // by code unit: the same order on every machine
}

/** The named files of a folder, in the order given. */
export function imagesFromPaths(folder: string, names: readonly string[]): ImageFiles {
  return {
    kind: 'files',
    count: names.length,
    name: (row) => {
      checkRow(row, names.length);
      return names[row]!;
    },
    read: async (row) => {
      checkRow(row, names.length);
      return readBounded(path.join(folder, names[row]!), MAX_IMAGE_BYTES);
    },
  };
}

/** Pixels `[n, h, w, 3]` RGB, or grey `[n, h, w]` and `[n, h, w, 1]`, which become RGB. */
export function imagesFromPixels(data: Uint8Array, shape: readonly number[], file: string): ImagePixels {
  const [count, height, width, channels = 1] = shape;
  const fits = shape.length === 3 || (shape.length === 4 && (channels === 3 || channels === 1));
  if (!fits || !count || !height || !width || data.length !== count * height * width * channels) {
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'shape',
      reason: 'pixels must be [n, h, w, 3] or [n, h, w]',
      received: shape,
    });
  }
  if (channels === 3) return { kind: 'pixels', count, height, width, data };
  const rgb = allocate(data.length * 3, file);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i]!, 3 * i, 3 * i + 3);
  return { kind: 'pixels', count, height, width, data: rgb };
}

async function pixelsFromNpy(file: string): Promise<ImagePixels> {
  const array = await readNpy(file);
  if (!(array.data instanceof Uint8Array))
    throw new UnseenError('NPY_UNSUPPORTED', { file, reason: 'pixels must be uint8', received: array.type });
  return imagesFromPixels(array.data, array.shape, file);
}

/** Opens one source by what it is: a folder, `.tar`, `.npy`, or an idx file (anything that ends in `ubyte` or `.idx`). */
export async function openImages(file: string): Promise<Images> {
  if (await isFolder(file)) return imagesFromPaths(file, await listImages(file));
  if (/\.tar$/i.test(file)) return imagesFromTar(file);
  if (/\.npy$/i.test(file)) return pixelsFromNpy(file);
  if (/(ubyte|\.idx)$/i.test(file)) {
    const { data, shape } = await readIdx(file);
    return imagesFromPixels(data, shape, file);
  }
  throw new UnseenError('FILE_MALFORMED', {
    file,
    where: 'images',
    reason: 'must be a folder, .tar, .npy or an idx file',
    received: path.extname(file),
  });
}

/** Sources one after the other as one; all files, or all pixels of one size. */
export function concatImages(sources: readonly Images[], file: string): Images {
  if (sources.length === 1) return sources[0]!;
  const count = sources.reduce((sum, source) => sum + source.count, 0);
  const mixed = (received: unknown) =>
    new UnseenError('FILE_MALFORMED', {
      file,
      where: 'images',
      reason: 'must be all files, or all pixels of one size',
      received,
    });
  const files = sources.filter((source) => source.kind === 'files');
  if (files.length === sources.length) {
    const locate = (row: number): [ImageFiles, number] => {
      checkRow(row, count);
      let inside = row;
      for (const source of files) {
        if (inside < source.count) return [source, inside];
        inside -= source.count;
      }
      throw new UnseenError('INTERNAL', { reason: 'image row outside every source' });
    };
    return {
      kind: 'files',
      count,
      name: (row) => {
        const [source, inside] = locate(row);
        return source.name(inside);
      },
      read: async (row) => {
        const [source, inside] = locate(row);
        return source.read(inside);
      },
    };
  }
  const pixels = sources.filter((source) => source.kind === 'pixels');
  const { height, width } = pixels[0]!;
  if (
    pixels.length !== sources.length ||
    pixels.some((source) => source.height !== height || source.width !== width)
  )
    throw mixed(
      sources.map((source) => (source.kind === 'pixels' ? [source.height, source.width] : 'files')),
    );
  const data = allocate(count * height * width * 3, file);
  let at = 0;
  for (const source of pixels) {
    data.set(source.data, at);
    at += source.data.length;
  }
  return { kind: 'pixels', count, height, width, data };
}
