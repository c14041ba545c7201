/**
 * The bundled data set: icons of `@mdi/svg`, drawn black on white; an icon's class is its family (`docs/icons.md`).
 * Small enough to train on in a minute, and its classes are words.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { datasetFromArrays } from '../data/build-dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import { extractorNamed } from '../encoders/extractors.ts';
import { throwIfAborted } from '../errors.ts';
import type { CachedArray } from './cache.ts';
import { readCache, writeCache } from './cache.ts';
import type { IconList } from './icon-list.ts';
import { changed, listIcons } from './icon-list.ts';
import { iconEmbeddings } from './icon-words.ts';

const EXTRACTOR = 'gradients/1';
/** Pixels: what the extractor takes. */
const SIDE = 64;
/** The icons' own grid, which is also their size at 72 dots an inch. */
const GRID = 24;
/** Icons drawn at a time: enough to keep the drawing threads busy, few enough to stop soon. */
const AT_ONCE = 32;
const DURING = 'the preparation of the icons';

export interface IconOptions {
  /**
   * Where drawn pixels and features are kept, about 25 MB; made when missing. Default: `.cache/unseen` in the current
   * folder if that is a project (has a `package.json`), else `$XDG_CACHE_HOME/unseen` or `~/.cache/unseen`. A folder
   * that cannot be written to only makes every start take some seconds. `false`: keep nothing.
   */
  readonly cacheDir?: string | false;
  readonly signal?: AbortSignal;
  /** Icons drawn and in all; not called when the cache has them. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * 3,343 icons of 67 classes (`@mdi/svg` 7.4.47): pixels `[n, 64, 64, 3]`, features `gradients/1` `[n, 832]`, class
 * embeddings `glove100` (default) and `glove100-described` `[67, 100]`; variants of one drawing share a group.
 *
 * @throws `PACKAGE_MISSING` when `@mdi/svg` is not installed, `ICONS_CHANGED`, `CLASS_EMBEDDING_MISSING` when its
 *   version has other families, `ABORTED`
 */
export async function openIcons(options: IconOptions = {}): Promise<Dataset> {
  const list = await listIcons();
  const classEmbeddings = await iconEmbeddings(list.classes);
  const { grey, features } = await iconArrays(list, options);
  const n = list.names.length;
  return datasetFromArrays({
    name: 'icons',
    classes: list.classes,
    classEmbeddings,
    groups: list.groups,
    rowNames: list.names,
    modalities: {
      image: {
        features: { data: features, rows: n, cols: features.length / n },
        images: { kind: 'pixels', count: n, height: SIDE, width: SIDE, data: rgbOf(grey) },
        labels: list.labels,
        extractor: EXTRACTOR,
      },
    },
  });
}

interface IconArrays {
  /** `[n, 64, 64]` */
  readonly grey: Uint8Array;
  /** `[n, dim]` */
  readonly features: Float32Array;
}

async function iconArrays(list: IconList, options: IconOptions): Promise<IconArrays> {
  const { cacheDir = defaultCacheDir(), signal } = options;
  const { dim, extract } = extractorNamed(EXTRACTOR);
  const n = list.names.length;
  // The drawing library's version is in the key: another one may shade the edges otherwise.
  const renderer = sharp.versions.rsvg ?? sharp.versions.vips;
  const key = { icons: list.version, count: n, side: SIDE, extractor: EXTRACTOR, renderer };
  if (cacheDir !== false) {
    const cached = await readCache(cacheDir, 'icons', key, ['grey', 'features']);
    const grey = cached?.get('grey')?.data;
    const features = cached?.get('features')?.data;
    if (grey instanceof Uint8Array && features instanceof Float32Array) return { grey, features };
  }
  const grey = await draw(list, options);
  const features = extract(rgbOf(grey));
  throwIfAborted(signal, DURING);
  if (cacheDir !== false) {
    const arrays = new Map<string, CachedArray>([
      ['grey', { data: grey, shape: [n, SIDE, SIDE] }],
      ['features', { data: features, shape: [n, dim] }],
    ]);
    await writeCache(cacheDir, 'icons', key, arrays);
  }
  return { grey, features };
}

function defaultCacheDir(): string {
  if (existsSync('package.json')) return path.resolve('.cache/unseen');
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'unseen');
}

/** `[n, 64, 64]` grey. SVG is refused from users; these files come from a package that was installed on purpose. */
async function draw(list: IconList, { signal, onProgress }: IconOptions): Promise<Uint8Array> {
  const { names } = list;
  const size = SIDE * SIDE;
  const grey = new Uint8Array(names.length * size);
  for (let from = 0; from < names.length; from += AT_ONCE) {
    throwIfAborted(signal, DURING);
    const batch = names.slice(from, from + AT_ONCE);
    const drawn = await Promise.all(batch.map((name) => drawIcon(list, name)));
    drawn.forEach((pixels, i) => {
      grey.set(pixels, (from + i) * size);
    });
    onProgress?.(from + batch.length, names.length);
  }
  return grey;
}

async function drawIcon(list: IconList, name: string): Promise<Uint8Array> {
  const { data, info } = await rasterize(list.file(name)).catch((cause: Error) => {
    throw changed(list.version, `${name}: ${cause.message}`);
  });
  if (info.width === SIDE && info.height === SIDE && info.channels === 1) return data;
  throw changed(list.version, `${name}: drawn as ${info.width} × ${info.height} × ${info.channels}`);
}

const rasterize = async (file: string) =>
  sharp(await readFile(file), { density: (72 * SIDE) / GRID })
    .flatten({ background: '#ffffff' })
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });

function rgbOf(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, 3 * i, 3 * i + 3);
  return rgb;
}
