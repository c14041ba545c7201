/** How fast pictures become durable items here, end to end, and where the time goes. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { openEmoji } from '../bundled/emoji.ts';
import { createCollection } from '../collection/index.ts';
import { type Dataset, type ImagePixels, supervisedSplit } from '../data/index.ts';
import { throwIfAborted } from '../errors.ts';
import { lsh } from '../methods/index.ts';
import { type StageTimes, timeStages } from './bench-stages.ts';
import { ingest } from './ingest.ts';
import type { SourceItem } from './item.ts';
import { openEncoderPool } from './pool.ts';
import { openItems } from './sources/open.ts';

export interface BenchIngestOptions {
  /** Folder of pictures. Default: bundled emoji as PNG files of 72 to 128 pixels. */
  readonly pictures?: string;
  /** Pictures at most, at least 1. Default: 3000. */
  readonly count?: number;
  /** Numbers of worker threads to try. Default: one a core. */
  readonly workers?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

export interface BenchIngestCase {
  readonly workers: number;
  readonly pictures: number;
  /** From the first file that is read to the last acknowledgement, which means: on the disk. */
  readonly seconds: number;
  readonly picturesPerSecond: number;
  /** Of all threads of the process. */
  readonly cpuSeconds: number;
}

export interface BenchIngestReport {
  readonly cases: readonly BenchIngestCase[];
  readonly stages: StageTimes;
}

/**
 * With a model of LSH, 64 bits, on `gradients-colour/1`: its network is one product, so that what is measured is the way of
 * a picture. Embedded collection, pictures kept small.
 * @throws `PACKAGE_MISSING` without the emoji, `ABORTED`, and what ingest throws
 */
export async function benchIngest(options: BenchIngestOptions = {}): Promise<BenchIngestReport> {
  const { count = 3000, workers = [availableParallelism()], signal, onProgress } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'unseen-bench-'));
  try {
    onProgress?.('preparing pictures and a model');
    const emoji = await openEmoji(signal && { signal });
    const model = await lsh({ bits: 64 }).fit(emoji, supervisedSplit(emoji, { seed: 0 }));
    await model.save(path.join(folder, 'model'));
    const pictures =
      options.pictures ?? (await writeEmoji(path.join(folder, 'pictures'), emoji, count, signal));
    const cases: BenchIngestCase[] = [];
    for (const threads of workers) {
      throwIfAborted(signal, 'the measurement');
      onProgress?.(`${threads} ${threads === 1 ? 'worker' : 'workers'}`);
      cases.push(await measure(folder, { pictures, count, threads, signal }));
    }
    onProgress?.('the stages, one after the other');
    return { cases, stages: await timeStages(folder, model, pictures) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Emoji of the data set in the sizes that they have on pages. */
async function writeEmoji(
  folder: string,
  { modalities }: Dataset,
  count: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { data, height, width, count: there } = modalities.image!.images as ImagePixels;
  await mkdir(folder);
  for (let i = 0; i < Math.min(count, there); i++) {
    throwIfAborted(signal, 'the drawing of emoji');
    const side = 72 + (i % 57);
    const pixels = data.subarray(i * height * width * 3, (i + 1) * height * width * 3);
    const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(side, side)
      .png()
      .toBuffer();
    await writeFile(path.join(folder, `${i}.png`), png);
  }
  return folder;
}

interface Measured {
  readonly pictures: string;
  readonly count: number;
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
}

/** `folder` has the model, and the collection for the time. */
async function measure(
  folder: string,
  { pictures, count, threads, signal }: Measured,
): Promise<BenchIngestCase> {
  const place = path.join(folder, 'collection');
  const pool = await openEncoderPool(path.join(folder, 'model'), { workers: threads });
  const { bits, fingerprint } = pool;
  const collection = await createCollection(place, { name: 'bench', bits, model: fingerprint });
  try {
    const source = first(await openItems([pictures]), count);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const { added } = await ingest(collection, pool, source, {
      duplicates: 'keep',
      ...(signal && { signal }),
    });
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    throwIfAborted(signal, 'the measurement');
    const picturesPerSecond = added / seconds;
    return {
      workers: threads,
      pictures: added,
      seconds,
      picturesPerSecond,
      cpuSeconds: (user + system) / 1e6,
    };
  } finally {
    await collection.close();
    await pool.close();
    await rm(place, { recursive: true, force: true });
  }
}

async function* first(source: AsyncIterable<SourceItem>, count: number): AsyncGenerator<SourceItem> {
  let given = 0;
  for await (const item of source) {
    yield item;
    if (++given === count) return;
  }
}
