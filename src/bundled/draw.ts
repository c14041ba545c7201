/**
 * Draws a bundled set's pictures and computes their features, a batch at a time; later calls read both from the cache.
 * SVG is refused from users; these drawings come from packages that were installed on purpose.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { ImagePixels, Matrix } from '../data/dataset.ts';
import { extractorNamed } from '../encoders/extractors.ts';
import { throwIfAborted } from '../errors.ts';
import type { CachedArray, CacheKey } from './cache.ts';
import { readCache, writeCache } from './cache.ts';

/** Pictures drawn at a time: enough to keep the drawing threads busy, few enough to stop soon. */
const AT_ONCE = 32;

export interface BundledOptions {
  /**
   * Where drawn pixels and features are kept (icons 25 MB, emoji 90 MB); made when missing. Default: `.cache/unseen` in
   * the current folder if that is a project (has a `package.json`), else `$XDG_CACHE_HOME/unseen` or `~/.cache/unseen`.
   * A folder that cannot be written to only makes every start take some seconds. `false`: keep nothing.
   */
  readonly cacheDir?: string | false;
  readonly signal?: AbortSignal;
  /** Pictures drawn and in all; not called when the cache has them. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Drawings {
  /** Of the set: names the cache. */
  readonly name: string;
  readonly count: number;
  /** Grey pictures are kept as one channel. */
  readonly channels: 1 | 3;
  /** Name of the extractor; its `side` is the pictures'. */
  readonly extractor: string;
  /** Versions of what the drawings come from. */
  readonly versions: CacheKey;
  /** Dots an inch at which the drawings have the extractor's side. */
  readonly density: number;
  svg(row: number): Promise<Uint8Array>;
  /** What to throw when a drawing cannot be used. */
  unusable(row: number, reason: string): Error;
}

export interface Drawn {
  readonly images: ImagePixels;
  readonly features: Matrix;
  readonly extractor: string;
}

/** @throws `ABORTED`, what `svg` throws, what `unusable` makes */
export async function draw(drawings: Drawings, options: BundledOptions): Promise<Drawn> {
  const { name, count, channels, versions, extractor } = drawings;
  const { cacheDir = defaultCacheDir() } = options;
  const { side, dim } = extractorNamed(extractor);
  const shade = channels === 1 ? 'grey' : 'rgb';
  // The drawing library's version is in the key: another one may shade the edges otherwise.
  const renderer = sharp.versions.rsvg ?? sharp.versions.vips;
  const key = { ...versions, count, side, extractor, renderer };
  const drawn = (pixels: Uint8Array, features: Float32Array): Drawn => ({
    images: { kind: 'pixels', count, height: side, width: side, data: toRgb(pixels, channels) },
    features: { data: features, rows: count, cols: dim },
    extractor,
  });
  if (cacheDir !== false) {
    const cached = await readCache(cacheDir, name, key, [shade, 'features']);
    const pixels = cached?.get(shade)?.data;
    const features = cached?.get('features')?.data;
    if (pixels instanceof Uint8Array && features instanceof Float32Array) return drawn(pixels, features);
  }
  const { pixels, features } = await drawAll(drawings, options);
  if (cacheDir !== false) {
    const arrays = new Map<string, CachedArray>([
      [shade, { data: pixels, shape: [count, side, side, ...(channels === 3 ? [3] : [])] }],
      ['features', { data: features, shape: [count, dim] }],
    ]);
    await writeCache(cacheDir, name, key, arrays);
  }
  return drawn(pixels, features);
}

function defaultCacheDir(): string {
  if (existsSync('package.json')) return path.resolve('.cache/unseen');
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'unseen');
}

async function drawAll(
  drawings: Drawings,
  { signal, onProgress }: BundledOptions,
): Promise<{ pixels: Uint8Array; features: Float32Array }> {
  const { name, count, channels } = drawings;
  const { side, dim, extract } = extractorNamed(drawings.extractor);
  const size = side * side * channels;
  const pixels = new Uint8Array(count * size);
  const features = new Float32Array(count * dim);
  for (let from = 0; from < count; from += AT_ONCE) {
    throwIfAborted(signal, `the preparation of the ${name}`);
    const rows = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    const batch = await Promise.all(rows.map((row) => drawOne(drawings, row, side)));
    batch.forEach((picture, i) => {
      pixels.set(picture, (from + i) * size);
    });
    const done = from + rows.length;
    features.set(extract(toRgb(pixels.subarray(from * size, done * size), channels)), from * dim);
    onProgress?.(done, count);
  }
  throwIfAborted(signal, `the preparation of the ${name}`);
  return { pixels, features };
}

async function drawOne(drawings: Drawings, row: number, side: number): Promise<Uint8Array> {
  const { channels, density } = drawings;
  const svg = await drawings.svg(row);
  const { data, info } = await rasterize(svg, density, channels).catch((cause: Error) => {
    throw drawings.unusable(row, cause.message);
  });
  if (info.width === side && info.height === side && info.channels === channels) return data;
  throw drawings.unusable(row, `drawn as ${info.width} × ${info.height} × ${info.channels}`);
}

const rasterize = async (svg: Uint8Array, density: number, channels: 1 | 3) =>
  sharp(svg, { density })
    .flatten({ background: '#ffffff' })
    .greyscale(channels === 1)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });

function toRgb(pixels: Uint8Array, channels: 1 | 3): Uint8Array {
  if (channels === 3) return pixels;
  const rgb = new Uint8Array(pixels.length * 3);
  for (let i = 0; i < pixels.length; i++) rgb.fill(pixels[i]!, 3 * i, 3 * i + 3);
  return rgb;
}
