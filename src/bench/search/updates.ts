/** What an index costs besides searching: building, adding, deleting, compacting, saving and opening. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codes } from '../../codes/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';
import {
  type HammingIndex,
  LinearIndex,
  MultiIndexHash,
  openIndex,
  type SavedIndex,
  saveIndex,
} from '../../search/index.ts';
import { CodeStream } from './codes.ts';
import { summary } from './race.ts';

export interface BenchUpdatesOptions {
  /** Default: both. */
  readonly engines?: readonly UpdateEngine[];
  /** Default: `clustered`. */
  readonly data?: readonly ('random' | 'clustered')[];
  /** Codes that an index is built from. Default: 1,000,000 and 10,000,000. */
  readonly sizes?: readonly number[];
  /** Default: 64. */
  readonly bits?: readonly number[];
  /** Threads that may build. Default: 1. */
  readonly threads?: number;
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

export const UPDATE_ENGINES = ['linear', 'mih'] as const;
export type UpdateEngine = (typeof UPDATE_ENGINES)[number];

export interface BenchUpdatesCase {
  readonly engine: UpdateEngine;
  readonly data: 'random' | 'clustered';
  readonly n: number;
  readonly bits: number;
  readonly threads: number;
  /** Codes a second until the first query is answered, all threads together. */
  readonly buildCodesPerSecond: number;
  /** Memory held after building and one search. */
  readonly bytes: number;
  readonly saveSeconds: number;
  readonly fileBytes: number;
  /** Until the first query is answered; median of three, the file in the system's cache. Answers are checked. */
  readonly openSeconds: number;
  /** `add` of a tenth of the codes, 10,000 a call. */
  readonly addCodesPerSecond: number;
  /** The first search after them, which pays for what adding put off; one query. */
  readonly searchAfterAddMs: number;
  /** `delete` of one id a call, median. */
  readonly deleteMicroseconds: number;
  /** `compact` after a tenth of the rows was deleted. */
  readonly compactSeconds: number;
}

const ADDED_A_CALL = 10_000;
const DELETED_ALONE = 1000;
const OPENED = 3;
const QUERIES = 10;

/** @throws `INTERNAL` if an opened index answers otherwise; `ABORTED`, `CODES_BITS_INVALID` */
export async function benchUpdates(options: BenchUpdatesOptions = {}): Promise<BenchUpdatesCase[]> {
  const { engines = UPDATE_ENGINES, data = ['clustered'], sizes = [1_000_000, 10_000_000] } = options;
  const { bits = [64], threads = 1, seed = 0, signal, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'unseen-bench-'));
  const cases: BenchUpdatesCase[] = [];
  try {
    for (const kind of data) {
      for (const width of bits) {
        for (const n of sizes) {
          for (const engine of engines) {
            throwIfAborted(signal, 'the benchmark');
            onProgress?.(`${engine}: ${n.toLocaleString('en')} ${kind} codes of ${width} bits`);
            const setting = { engine, data: kind, n, bits: width, threads };
            cases.push({ ...setting, ...(await measure(setting, seed, join(folder, 'index'), signal)) });
          }
        }
      }
    }
    return cases;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Setting = Pick<BenchUpdatesCase, 'engine' | 'data' | 'n' | 'bits' | 'threads'>;

async function measure(
  { engine, data, n, bits, threads }: Setting,
  seed: number,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Omit<BenchUpdatesCase, keyof Setting>> {
  const stream = (name: string) => new CodeStream(data, { bits, seed, stream: name });
  const queries = stream('queries').take(QUERIES);
  const database = stream('database');
  const build = await (async (codes: Codes) => {
    const begin = performance.now();
    const index = (engine === 'linear' ? LinearIndex : MultiIndexHash).from(codes, { threads });
    await index.search(queries.slice(0, 1)); // what building put off
    return { index, seconds: secondsSince(begin) };
  })(database.take(n)); // the codes are let go of here: at 10⁸ a copy too many is what does not fit
  const { index } = build;
  try {
    const before = await index.search(queries);
    const { bytes } = index;
    const files = await keep(index, file, queries, before, signal);
    throwIfAborted(signal, 'the benchmark');
    const changes = await change(index, database, n, queries, seed);
    return {
      buildCodesPerSecond: n / build.seconds,
      bytes,
      ...files,
      ...changes,
    };
  } finally {
    index.close();
  }
}

async function keep(
  index: SavedIndex,
  file: string,
  queries: Codes,
  expected: unknown,
  signal: AbortSignal | undefined,
) {
  const saving = performance.now();
  await saveIndex(index, file);
  const saveSeconds = secondsSince(saving);
  const times: number[] = [];
  for (let i = 0; i < OPENED; i++) {
    throwIfAborted(signal, 'the benchmark');
    times.push(await openOnce(file, index.threads, queries, expected));
  }
  return { saveSeconds, fileBytes: (await stat(file)).size, openSeconds: summary(times).medianMs };
}

async function openOnce(file: string, threads: number, queries: Codes, expected: unknown): Promise<number> {
  const begin = performance.now();
  const opened = await openIndex(file, { threads });
  await opened.search(queries.slice(0, 1));
  const seconds = secondsSince(begin);
  const same = JSON.stringify(await opened.search(queries)) === JSON.stringify(expected);
  opened.close();
  if (same) return seconds;
  throw new UnseenError('INTERNAL', { reason: 'the opened index answers otherwise than the saved one' });
}

async function change(index: HammingIndex, more: CodeStream, n: number, queries: Codes, seed: number) {
  const tenth = Math.max(1, Math.floor(n / 10));
  let adding = 0;
  for (let left = tenth; left > 0; left -= ADDED_A_CALL) {
    const codes = more.take(Math.min(left, ADDED_A_CALL)); // drawn outside the clock
    const begin = performance.now();
    await index.add(codes);
    adding += secondsSince(begin);
  }
  const searching = performance.now();
  await index.search(queries.slice(0, 1));
  const searchAfterAddMs = performance.now() - searching;

  const rows = new Random(seed, 'bench deletions').permutation(n).subarray(0, tenth);
  const times: number[] = [];
  for (const row of rows.subarray(0, DELETED_ALONE)) {
    const begin = performance.now();
    await index.delete([row]);
    times.push(performance.now() - begin);
  }
  await index.delete(rows.subarray(DELETED_ALONE));
  const compacting = performance.now();
  await index.compact();
  return {
    addCodesPerSecond: tenth / adding,
    searchAfterAddMs,
    deleteMicroseconds: 1000 * summary(times).medianMs,
    compactSeconds: secondsSince(compacting),
  };
}

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000;
