/**
 * Exact search against rivals in one run: the same codes and queries, rounds taken in turn so that a busy machine is
 * busy for all, set-up outside the clock, and answers compared.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Codes } from '../../codes/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { UNSEEN_VERSION } from '../../model/index.ts';
import { type HammingIndex, LinearIndex, type SearchWork } from '../../search/index.ts';
import { wasmAvailable } from '../../search/kernels/kernel.ts';
import { readBandwidth } from '../../search/kernels/wasm.ts';
import { checkDistances, checkExact, recall } from './check.ts';
import { type BenchData, isReal } from './codes.ts';
import { type Setting, withCollection } from './collection.ts';
import {
  type Answers,
  ENGINE_FACTS,
  type LoadedEngine,
  SEARCH_ENGINES,
  type SearchEngineName,
} from './engine.ts';
import { loadOwn } from './own-engine.ts';
import { PACE, type Pace, QUICK_PACE, race, type Summary } from './race.ts';
import { hasReal, REAL_INSTALL, realCodes } from './real.ts';
import { SearchRival } from './rival-engine.ts';

export interface BenchSearchOptions {
  /** Default: all. A rival that is not installed or whose bound is below a size takes no part there, and is named. */
  readonly engines?: readonly SearchEngineName[];
  /** Default: `random` and `clustered`. */
  readonly data?: readonly BenchData[];
  /** Sizes of the database, each ≥ the largest k. Default: 1,000,000 and 10,000,000. */
  readonly sizes?: readonly number[];
  /** Code lengths. Default: 64. */
  readonly bits?: readonly number[];
  /** Neighbours. Default: 10. */
  readonly k?: readonly number[];
  /** Queries a call, 1 … `queries`. Default: 1 and 100. */
  readonly batches?: readonly number[];
  /** Threads of a search. Default: 1. */
  readonly threads?: readonly number[];
  /** Distinct queries, asked in turn; 1 … 10,000. Default: 200, more than a cache remembers the answers of. */
  readonly queries?: number;
  /** For `real`: the folder that holds `tiny-imagenet` and `cifar10`. */
  readonly real?: string;
  /** Fewer rounds. Default: false. */
  readonly quick?: boolean;
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Told what is measured next. */
  readonly onProgress?: (what: string) => void;
}

export interface BenchSearchCase extends Setting, Summary {
  readonly engine: SearchEngineName;
  readonly version: string;
  /** What was chosen where the engine leaves a choice. */
  readonly setting: string;
  /** The answers were compared with those of all other exact engines. */
  readonly exact: boolean;
  /** Share of the places with a row no farther than the true k-th; 1 of exact engines. */
  readonly recall: number;
  readonly k: number;
  /** Queries in one call; `medianMs` and `p99Ms` are times of one call. */
  readonly batch: number;
  readonly threads: number;
  /** Memory that the index holds, scratch included; null where nothing says. */
  readonly bytes: number | null;
  /** Until it answers; ours with its first query. */
  readonly buildSeconds: number;
  /** Of ours: the mean over all queries. */
  readonly workPerQuery?: SearchWork;
}

export interface BenchSearchReport {
  readonly cases: readonly BenchSearchCase[];
  /** Rivals that took part. */
  readonly rivals: readonly {
    readonly engine: SearchEngineName;
    readonly version: string;
    /** SIMD level that it runs at, and levels that its build has, where it says. */
    readonly simd?: string;
    readonly compiled?: string;
  }[];
  /** What is not on this machine, and how to get it. It is never estimated. */
  readonly missing: readonly { readonly what: string; readonly install: string }[];
  /** What took no part in a setting, and why. */
  readonly skipped: readonly (Setting & { readonly engine: SearchEngineName; readonly because: string })[];
  /** How fast one thread reads main memory here, in 10⁹ bytes a second; 0 where WebAssembly is not to be had. */
  readonly readBandwidthGBps: number;
}

/** Far above the last-level caches of today's machines. */
const BANDWIDTH_BYTES = 512 * 1024 * 1024;
/** Queries that the plain TypeScript kernel is asked where no exact rival is here. */
const ORACLE_QUERIES = 3;

interface Plan extends Required<Omit<BenchSearchOptions, 'real' | 'signal' | 'onProgress' | 'quick'>> {
  readonly pace: Pace;
  readonly signal: AbortSignal | undefined;
  readonly say: (what: string) => void;
}

/** @throws `INTERNAL` if exact answers differ; `ABORTED`, `ARGUMENT_INVALID`, `CODES_BITS_INVALID`. */
export async function benchSearch(options: BenchSearchOptions = {}): Promise<BenchSearchReport> {
  const plan = planOf(options);
  throwIfAborted(plan.signal, 'the benchmark');
  const bench = new SearchBench(plan, options.real ?? process.env.UNSEEN_DATA);
  try {
    return await bench.run();
  } finally {
    await bench.stop();
  }
}

function planOf(options: BenchSearchOptions): Plan {
  const { engines = SEARCH_ENGINES, data = ['random', 'clustered'], bits = [64], k = [10] } = options;
  const { sizes = [1_000_000, 10_000_000], batches = [1, 100], threads = [1], queries = 200 } = options;
  check('queries', [queries], 1, 10_000);
  check('sizes', sizes, 1, 1e9);
  check('k', k, 1, Math.min(...sizes));
  check('batches', batches, 1, queries);
  check('threads', threads, 1, 256);
  for (const width of bits) Codes.fromBytes(new Uint8Array(0), { bits: width }); // refuses what is no length
  const common = { engines, data, sizes, bits, k, batches, threads, queries, seed: options.seed ?? 0 };
  return {
    ...common,
    pace: options.quick ? QUICK_PACE : PACE,
    signal: options.signal,
    say: options.onProgress ?? (() => {}),
  };
}

class SearchBench {
  readonly #plan: Plan;
  readonly #realFolder: string | undefined;
  readonly #rivals: SearchRival[] = [];
  readonly #missing: { what: string; install: string }[] = [];
  readonly #skipped: (Setting & { engine: SearchEngineName; because: string })[] = [];
  #folder = '';

  constructor(plan: Plan, realFolder: string | undefined) {
    this.#plan = plan;
    this.#realFolder = realFolder;
  }

  async run(): Promise<BenchSearchReport> {
    const { data, bits, sizes, say, signal } = this.#plan;
    this.#folder = await mkdtemp(join(tmpdir(), 'unseen-bench-'));
    await this.#findRivals();
    say('read bandwidth');
    const readBandwidthGBps = wasmAvailable() ? readBandwidth(BANDWIDTH_BYTES, 12) / 1e9 : 0;
    const cases: BenchSearchCase[] = [];
    for (const kind of data) {
      if (isReal(kind) && !(this.#realFolder !== undefined && (await hasReal(this.#realFolder)))) {
        this.#missing.push({ what: 'real data', install: REAL_INSTALL });
        continue;
      }
      for (const width of bits) {
        for (const n of sizes) {
          throwIfAborted(signal, 'the benchmark');
          cases.push(...(await this.#measure({ data: kind, n, bits: width })));
        }
      }
    }
    const rivals = this.#rivals.map(({ name, version, simd, compiled }) => ({
      engine: name,
      version,
      ...(simd !== undefined && { simd }),
      ...(compiled !== undefined && { compiled }),
    }));
    return { cases, rivals, missing: this.#missing, skipped: this.#skipped, readBandwidthGBps };
  }

  async stop(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #findRivals(): Promise<void> {
    for (const name of this.#plan.engines) {
      const { driver, install, most } = ENGINE_FACTS[name];
      if (driver === undefined || most < Math.min(...this.#plan.sizes)) continue;
      const rival = await SearchRival.find(name);
      if (rival) this.#rivals.push(rival);
      else this.#missing.push({ what: name, install: install! });
    }
  }

  async #measure(setting: Setting): Promise<BenchSearchCase[]> {
    const { engines, seed, queries: count, signal, say, threads } = this.#plan;
    const { data, n } = setting;
    const what = `${n.toLocaleString('en')} ${data} codes of ${setting.bits} bits`;
    say(what);
    for (const name of engines) {
      const { most, because } = ENGINE_FACTS[name];
      if (n > most) this.#skipped.push({ engine: name, ...setting, because });
    }
    const real = isReal(data) ? await realCodes(this.#realFolder!, setting.bits, seed, signal) : undefined;
    const here = this.#rivals.filter(({ name }) => n <= ENGINE_FACTS[name].most);
    const loaded: LoadedEngine[] = [];
    const most = Math.max(...threads);
    try {
      const { used, queries, files } = await withCollection(
        setting,
        { seed, queries: count, real, folder: here.length > 0 ? this.#folder : undefined, signal },
        async (codes, queries) => {
          // Always made, for it is what all others are compared with.
          const linear = await loadOwn('linear', UNSEEN_VERSION, codes, queries, most);
          loaded.push(linear);
          if (!here.some(({ name }) => name === 'faiss-flat')) await checkOwn(linear.index, codes, queries);
          if (!engines.includes('mih')) return linear;
          say(`${what}: building the multi-index`);
          loaded.push(await loadOwn('mih', UNSEEN_VERSION, codes, queries, most));
          return linear;
        },
      );
      for (const rival of here) {
        throwIfAborted(signal, 'the benchmark');
        say(`${what}: loading ${rival.name}`);
        const problem = { ...files!, bits: setting.bits, threads: most, folder: this.#folder };
        const engine = await rival.load(problem);
        if (!('unable' in engine)) loaded.push(engine);
        else this.#skipped.push({ engine: rival.name, ...setting, because: engine.unable });
      }
      const cases: BenchSearchCase[] = [];
      for (const k of this.#plan.k) {
        say(`${what}: answers for k = ${k}`);
        const recalls = await this.#compare(loaded, used.index, queries, k);
        cases.push(...(await this.#race(setting, loaded, k, recalls)));
      }
      return cases;
    } finally {
      for (const engine of loaded) await engine.unload();
    }
  }

  /** Recall of each engine, after its answers stood the comparison. */
  async #compare(
    loaded: readonly LoadedEngine[],
    index: HammingIndex,
    queries: Codes,
    k: number,
  ): Promise<Map<LoadedEngine, { recall: number; work?: SearchWork }>> {
    const found = new Map<LoadedEngine, { recall: number; work?: SearchWork }>();
    const truth = await loaded[0]!.answers(k, queries.count);
    for (const engine of loaded) {
      throwIfAborted(this.#plan.signal, 'the benchmark');
      const count = Math.min(queries.count, ENGINE_FACTS[engine.name].answered ?? queries.count);
      const answers = engine === loaded[0] ? truth : await engine.answers(k, count);
      const exact = firstOf(truth, count, k);
      const rowOf = (row: number): Uint8Array => index.codes(row, row + 1).bytes;
      checkDistances(engine.name, answers, k, queries, rowOf);
      if (engine.exact) checkExact(engine.name, answers, exact, k);
      const { work } = engine;
      found.set(engine, {
        recall: recall(answers, exact, k),
        ...(work && { work: perQuery(work, count) }),
      });
    }
    return found;
  }

  async #race(
    setting: Setting,
    loaded: readonly LoadedEngine[],
    k: number,
    recalls: ReadonlyMap<LoadedEngine, { recall: number; work?: SearchWork }>,
  ): Promise<BenchSearchCase[]> {
    const { engines, batches, threads, pace, signal, say } = this.#plan;
    const cases: BenchSearchCase[] = [];
    for (const count of threads) {
      for (const batch of batches) {
        const racing = loaded.filter(({ name }) => {
          const { single, alone } = ENGINE_FACTS[name];
          return engines.includes(name) && (count === 1 || !single) && (batch === 1 || !alone);
        });
        say(`k = ${k}, ${batch} a call, threads: ${count}: ${racing.map(({ name }) => name).join(', ')}`);
        const times = await race(racing, { k, batch, threads: count }, pace, signal);
        for (const [i, engine] of racing.entries()) {
          const { name, version, exact, bytes, buildSeconds } = engine;
          const { recall: share, work } = recalls.get(engine)!;
          cases.push({
            engine: name,
            version,
            setting: engine.setting,
            exact,
            recall: share,
            ...setting,
            k,
            batch,
            threads: count,
            ...times[i]!,
            bytes,
            buildSeconds,
            ...(work && { workPerQuery: work }),
          });
        }
      }
    }
    return cases;
  }
}

/** Where FAISS' flat index is not here: against the plain TypeScript kernel, on a few queries. */
async function checkOwn(index: HammingIndex, codes: Codes, queries: Codes): Promise<void> {
  const some = queries.slice(0, ORACLE_QUERIES);
  const plain = LinearIndex.from(codes, { engine: 'typescript' });
  const expected = await plain.search(some);
  plain.close();
  if (JSON.stringify(await index.search(some)) === JSON.stringify(expected)) return;
  throw new UnseenError('INTERNAL', { reason: 'the two search kernels differ' });
}

const firstOf = ({ distances, rows }: Answers, queries: number, k: number): Answers => ({
  distances: distances.subarray(0, queries * k),
  rows: rows.subarray(0, queries * k),
});

const perQuery = (work: SearchWork, queries: number): SearchWork => ({
  codesCompared: work.codesCompared / queries,
  bucketsProbed: work.bucketsProbed / queries,
  queriesScanned: work.queriesScanned / queries,
});

function check(name: string, values: readonly number[], min: number, max: number): void {
  for (const value of values) {
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    const reason = `must be a whole number from ${min} to ${max}`;
    throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: value });
  }
}
