/** What an embedded collection takes: ready codes a second with durable acknowledgements, opening, a search, compaction. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCollection, type NewItem, openCollection } from '../collection/index.ts';
import { throwIfAborted } from '../errors.ts';
import { Random } from '../random.ts';

interface BenchCollectionOptions {
  /** Items. Default: 1,000,000. */
  readonly sizes?: readonly number[];
  /** Bits of a code. Default: 64. */
  readonly bits?: number;
  /** Items of one `upsert`, 1 … 1,000,000. Default: 10,000. */
  readonly batch?: number;
  /** Where the collections are made for a time. Default: the system's folder for temporary files. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

export interface BenchCollectionCase {
  readonly items: number;
  readonly bits: number;
  readonly batch: number;
  /** Items acknowledged, which are on the disk then, a second; one call after the other. */
  readonly itemsPerSecond: number;
  /** Of the files, before compaction. */
  readonly bytesPerItem: number;
  /** Opening for writing, files in the system's memory; all checksums of ids and codes compared. */
  readonly openSeconds: number;
  /** Resident memory that the open collection adds, in bytes an item. */
  readonly memoryPerItem: number;
  /** Median of searches for 10 items, payloads included, one thread. */
  readonly searchMs: number;
  /** After a tenth was deleted. */
  readonly compactSeconds: number;
}

const MODEL = '0'.repeat(64);
const SEARCHES = 50;

/** @throws `ABORTED`, and as collections do */
export async function benchCollection(options: BenchCollectionOptions = {}): Promise<BenchCollectionCase[]> {
  const { sizes = [1_000_000], bits = 64, batch = 10_000, folder = tmpdir(), signal, onProgress } = options;
  const cases: BenchCollectionCase[] = [];
  for (const items of sizes) {
    const place = await mkdtemp(path.join(folder, 'unseen-bench-'));
    try {
      cases.push(
        await benchOne(path.join(place, 'things'), { items, bits, batch }, (what) => {
          throwIfAborted(signal, 'the benchmark');
          onProgress?.(`${items} items: ${what}`);
        }),
      );
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }
  return cases;
}

async function benchOne(
  folder: string,
  { items, bits, batch }: { readonly items: number; readonly bits: number; readonly batch: number },
  next: (what: string) => void,
): Promise<BenchCollectionCase> {
  const written = await createCollection(folder, { name: 'things', bits, model: MODEL });
  const random = new Random(0, 'collection');
  let [writing, told] = [0, 0];
  for (let first = 0; first < items; first += batch) {
    if (first >= told) {
      next(`${first} written`);
      told += items / 10;
    }
    const some = makeItems(first, Math.min(batch, items - first), { bits, random });
    const start = performance.now();
    await written.upsert(some, { model: MODEL });
    writing += performance.now() - start;
  }
  const { bytes } = await written.stats();
  await written.close();

  next('opening');
  const before = process.memoryUsage.rss();
  const opening = performance.now();
  const collection = await openCollection(folder);
  const openSeconds = (performance.now() - opening) / 1000;
  const memory = process.memoryUsage.rss() - before;
  next('searching');
  const searchMs = await medianSearch(collection, { bits, random });
  next('compacting');
  await collection.delete(Array.from({ length: Math.floor(items / 10) }, (_, i) => idOf(i * 10)));
  const compacting = performance.now();
  await collection.compact();
  const compactSeconds = (performance.now() - compacting) / 1000;
  await collection.close();
  return {
    items,
    bits,
    batch,
    itemsPerSecond: (items * 1000) / writing,
    bytesPerItem: bytes.disk / items,
    openSeconds,
    memoryPerItem: memory / items,
    searchMs,
    compactSeconds,
  };
}

const idOf = (item: number): string => `item-${item}`;

function makeItems(
  first: number,
  count: number,
  { bits, random }: { readonly bits: number; readonly random: Random },
): NewItem[] {
  const packed = randomBytes((count * bits) / 8, random);
  return Array.from({ length: count }, (_, i) => ({
    id: idOf(first + i),
    codes: { image: packed.subarray((i * bits) / 8, ((i + 1) * bits) / 8) },
    payload: { class: `class ${(first + i) % 100}` },
  }));
}

const randomBytes = (length: number, random: Random): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(256));

async function medianSearch(
  collection: Awaited<ReturnType<typeof openCollection>>,
  { bits, random }: { readonly bits: number; readonly random: Random },
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < SEARCHES; i++) {
    const code = randomBytes(bits / 8, random);
    const start = performance.now();
    await collection.search({ model: MODEL, code, k: 10 });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[SEARCHES >> 1]!;
}
