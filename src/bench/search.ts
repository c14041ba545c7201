/**
 * Exact search against FAISS in one run: the same codes and queries, one thread each, rounds taken in turn so that a
 * busy machine is busy for both, and answers compared.
 */
import { readFile } from 'node:fs/promises';
import { Codes } from '../codes/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { Random } from '../random.ts';
import { LinearIndex } from '../search/index.ts';
import { wasmAvailable } from '../search/kernels/kernel.ts';
import { readBandwidth } from '../search/kernels/wasm.ts';
import { type BenchData, benchCodes } from './codes.ts';
import { FAISS_INSTALL, FaissFlat } from './faiss.ts';

interface BenchSearchOptions {
  /** Sizes of the database, each ≥ k. Default: 1,000,000 and 10,000,000. */
  readonly sizes?: readonly number[];
  /** Code lengths. Default: 64. */
  readonly bits?: readonly number[];
  /** Neighbours. Default: 10. */
  readonly k?: number;
  /** Queries a call, 1 … 100. Default: 1 and 100. */
  readonly batches?: readonly number[];
  /** Default: `random`. */
  readonly data?: readonly BenchData[];
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Told what is measured next. */
  readonly onProgress?: (what: string) => void;
}

interface Setting {
  readonly data: BenchData;
  readonly n: number;
  readonly bits: number;
  readonly k: number;
}

export interface BenchSearchCase extends Setting {
  readonly engine: 'linear' | 'faiss-flat';
  readonly version: string;
  /** Both are exact, and their answers were compared: recall is 1. */
  readonly exact: true;
  readonly recall: 1;
  /** Queries in one call. */
  readonly batch: number;
  readonly threads: 1;
  /** Time of one call, in milliseconds. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Memory that the index holds. */
  readonly bytes: number;
}

interface BenchSearchReport {
  readonly cases: readonly BenchSearchCase[];
  /** Rivals that are not on this machine, and how to install them. They are never estimated. */
  readonly missing: readonly { readonly engine: string; readonly install: string }[];
  /** How fast one thread reads main memory here, in 10⁹ bytes a second; 0 where WebAssembly is not to be had. */
  readonly readBandwidthGBps: number;
}

/** Queries asked in turn: enough that no cache remembers the answer. */
const QUERIES = 200;
/** Rounds of each engine in turn, each of as many calls as take about `ROUND_MS`. */
const ROUNDS = 5;
const ROUND_MS = 300;
const MIN_CALLS = 2;
const MAX_CALLS = 200;
/** Far above the last-level caches of today's machines. */
const BANDWIDTH_BYTES = 512 * 1024 * 1024;

/** @throws `INTERNAL` if an answer differs from the rival's; `ABORTED`, `ARGUMENT_INVALID`, `CODES_BITS_INVALID`. */
export async function benchSearch(options: BenchSearchOptions = {}): Promise<BenchSearchReport> {
  const { sizes = [1_000_000, 10_000_000], bits = [64], data = ['random'] } = options;
  const { k = 10, batches = [1, 100], seed = 0, signal, onProgress } = options;
  check('k', [k], 1, Math.min(...sizes));
  check('batches', batches, 1, 100);
  check('sizes', sizes, 1, 1e9);
  for (const width of bits) Codes.fromBytes(new Uint8Array(0), { bits: width }); // refuses what is no length
  throwIfAborted(signal, 'benchmark');
  const version = await ownVersion();
  const faiss = await FaissFlat.start();
  const cases: BenchSearchCase[] = [];
  try {
    onProgress?.('read bandwidth');
    const readBandwidthGBps = wasmAvailable() ? readBandwidth(BANDWIDTH_BYTES, 5) / 1e9 : 0;
    const settings = data.flatMap((kind) =>
      bits.flatMap((width) => sizes.map((n): Setting => ({ data: kind, n, bits: width, k }))),
    );
    for (const setting of settings) {
      throwIfAborted(signal, 'benchmark');
      onProgress?.(`${setting.n} ${setting.data} codes of ${setting.bits} bits`);
      const random = new Random(seed, `bench ${setting.data}`);
      const database = benchCodes(setting.data, setting.n, setting.bits, random);
      const queries = benchCodes(setting.data, QUERIES, setting.bits, random);
      const index = LinearIndex.from(database);
      const faissBytes = (await faiss?.load(database, queries)) ?? 0;
      await checkAnswers(database, index, queries, k, faiss);
      for (const batch of batches) {
        throwIfAborted(signal, 'benchmark');
        const times = await race(index, faiss, queries, k, batch);
        const common = { ...setting, exact: true, recall: 1, batch, threads: 1 } as const;
        cases.push({ engine: 'linear', version, ...common, ...summary(times.ours), bytes: index.bytes });
        if (faiss) {
          const theirs = { ...common, ...summary(times.theirs), bytes: faissBytes };
          cases.push({ engine: 'faiss-flat', version: faiss.version, ...theirs });
        }
      }
    }
    const missing = faiss ? [] : [{ engine: 'faiss-flat', install: FAISS_INSTALL }];
    return { cases, missing, readBandwidthGBps };
  } finally {
    await faiss?.stop();
  }
}

/** Without FAISS: against the plain TypeScript kernel, on a few queries. */
async function checkAnswers(
  database: Codes,
  index: LinearIndex,
  queries: Codes,
  k: number,
  faiss: FaissFlat | undefined,
): Promise<void> {
  if (faiss) {
    await faiss.compare(await index.search(queries, { k }), k);
    return;
  }
  const some = queries.slice(0, 3);
  const expected = await LinearIndex.from(database, { engine: 'typescript' }).search(some, { k });
  if (JSON.stringify(await index.search(some, { k })) !== JSON.stringify(expected)) {
    throw new UnseenError('INTERNAL', { reason: 'the two search kernels differ' });
  }
}

/** Rounds in turn; a first one of each is a warm-up that also sets the number of calls. */
async function race(
  index: LinearIndex,
  faiss: FaissFlat | undefined,
  queries: Codes,
  k: number,
  batch: number,
): Promise<{ ours: number[]; theirs: number[] }> {
  const ourTime = async (from: number, calls: number): Promise<number[]> => {
    const times: number[] = [];
    for (let call = 0; call < calls; call++) {
      const start = (from + call * batch) % (queries.count - batch + 1);
      const block = queries.slice(start, start + batch);
      const begin = performance.now();
      await index.search(block, { k });
      times.push(performance.now() - begin);
    }
    return times;
  };
  const ourCalls = pace(await ourTime(0, 3));
  const theirCalls = faiss ? pace(await faiss.time(k, batch, 0, 3)) : 0;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(...(await ourTime(round * ourCalls * batch, ourCalls)));
    if (faiss) theirs.push(...(await faiss.time(k, batch, round * theirCalls * batch, theirCalls)));
  }
  return { ours, theirs };
}

const pace = (times: readonly number[]): number =>
  Math.max(MIN_CALLS, Math.min(MAX_CALLS, Math.ceil(ROUND_MS / Math.max(summary(times).medianMs, 1e-3))));

function summary(times: readonly number[]): { medianMs: number; p99Ms: number } {
  const order = [...times].sort((a, b) => a - b);
  return { medianMs: order[order.length >> 1]!, p99Ms: order[Math.ceil(0.99 * order.length) - 1]! };
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function check(name: string, values: readonly number[], min: number, max: number): void {
  for (const value of values) {
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    const reason = `must be a whole number from ${min} to ${max}`;
    throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: value });
  }
}
