/** The rows of a `MultiIndexHash`: shards, each in a memory of its own, that are built anew as they grow. */

import { SLOTS } from '../kernels/engine.ts';
import { MAX_MEMORY_BYTES } from '../kernels/memory.ts';
import { Survivors } from '../kernels/survivors.ts';
import { scanRows } from '../scan-rows.ts';
import { bytesOf, checkRows, countOf, readRows, setLiveRows } from '../shards.ts';
import type { FindPlan, Found, RowStore } from '../store.ts';
import { type FoundWithWork, findInThreads, threadable } from '../threads/find.ts';
import { letGo } from '../threads/pool.ts';
import type { SearchWork } from '../types.ts';
import { buildShard, packedSource, plainShard, shardSource } from './build.ts';
import type { Costs } from './costs.ts';
import { gains, surelyGains } from './gain.ts';
import { indexBytes, planSubstrings, type Substring } from './plan.ts';
import type { MihShard, ShardQuery } from './shard.ts';

export interface MihStoreOptions {
  readonly threads?: number;
  /** Number of substrings; default: chosen by rows and bits. */
  readonly substrings?: number;
  /** Rows about to be appended, in pieces: tables are made once they are all there. */
  readonly expected?: number;
  /** Most rows of one shard; default: what fits into one memory. */
  readonly shardRows?: number;
  /** Other costs than the usual, to steer searches in tests. */
  readonly costs?: Partial<Costs>;
  /** Shards that a file held, at least one. Default: one without rows. */
  readonly shards?: PlacedShard[];
}

/** A message to a thread and back takes about 50 µs, as long as some queries: fewer stay with the caller's thread. */
const MIN_QUERIES_THREADS = 8;
/**
 * Tables are made anew when a shard has grown by half: chains of the tail are slow to follow, and building is quick, so
 * that each code added costs three times its building at most.
 */
const WORN = 1.5;
export interface PlacedShard {
  shard: MihShard;
  /** Row of its first code. */
  readonly first: number;
  /** Rows that it held when its tables were made or judged to be of no use. */
  judged: number;
}

const NOTHING = new Uint8Array(0);

export class MihStore implements RowStore {
  readonly engine = 'wasm';
  readonly bits: number;
  readonly threads: number;
  readonly shards: PlacedShard[];
  readonly #substrings: number | undefined;
  readonly #expected: number;
  readonly #shardRows: number;
  readonly #costs: Partial<Costs> | undefined;

  constructor(bits: number, options: MihStoreOptions = {}) {
    const { threads = 1, substrings, expected = 0, shardRows = mostRows(bits) } = options;
    this.bits = bits;
    this.#substrings = substrings;
    this.#expected = expected;
    this.#shardRows = shardRows;
    this.#costs = options.costs;
    planSubstrings(0, bits, substrings); // refuses a wrong number now
    this.shards = options.shards ?? [
      { shard: plainShard(bits, threads, options.costs), first: 0, judged: 0 },
    ];
    this.threads = this.shards[0]!.shard.states.length;
  }

  get count(): number {
    return countOf(this.#places);
  }

  get bytes(): number {
    return bytesOf(this.#places);
  }

  append(packed: Uint8Array): void {
    const width = this.bits / 8;
    const rows = packed.length / width;
    checkRows(this.#places, packed, width);
    for (let row = 0; row < rows; ) {
      const last = this.shards.at(-1)!;
      const taken = Math.min(rows - row, this.#shardRows - last.shard.count);
      if (taken > 0) this.#extend(last, packed.subarray(row * width, (row + taken) * width));
      row += taken;
      if (row < rows)
        this.shards.push({
          shard: plainShard(this.bits, this.threads, this.#costs),
          first: this.count,
          judged: 0,
        });
    }
  }

  read(from: number, to: number): Uint8Array {
    return readRows(this.#places, from, to, this.bits / 8);
  }

  setLive(bitmap: Uint8Array | undefined): void {
    setLiveRows(this.#places, bitmap);
  }

  async find(queries: readonly Uint8Array[], plan: FindPlan): Promise<{ found: Found[]; work: SearchWork }> {
    const work = { codesCompared: 0, bucketsProbed: 0, queriesScanned: 0 };
    const best: (Found | undefined)[] = queries.map(() => undefined);
    const scanned = new Set<number>();
    for (const { shard, first } of this.shards) {
      const asked: number[] = [];
      const questions: ShardQuery[] = [];
      for (const [q, code] of queries.entries()) {
        const limit = best[q] === undefined ? plan.limit : lowered(best[q], plan);
        if (limit === 0) continue;
        asked.push(q);
        questions.push({ code, k: Math.min(plan.k, Math.max(1, shard.count)), limit, ties: plan.ties });
      }
      const parts = await this.#findInShard(shard, questions, plan);
      for (const [i, q] of asked.entries()) {
        const part = parts[i]!;
        work.codesCompared += part.compared;
        work.bucketsProbed += part.probed;
        if (part.scanned) scanned.add(q);
        best[q] = best[q] === undefined ? part : merged(best[q], part, first, plan);
      }
    }
    work.queriesScanned = scanned.size;
    return { found: best as Found[], work };
  }

  get #places() {
    return this.shards.map(({ shard, first }) => ({ rows: shard, first }));
  }

  close(): void {
    for (const { shard } of this.shards) letGo(shard.memory);
  }

  async #findInShard(
    shard: MihShard,
    questions: readonly ShardQuery[],
    { threads, pause }: FindPlan,
  ): Promise<FoundWithWork[]> {
    if (shard.substrings.length === 0) return this.#scanShard(shard, questions, { threads, pause });
    if (threads > 1 && questions.length >= MIN_QUERIES_THREADS && threadable(shard, questions[0]!)) {
      return findInThreads(shard, questions, threads, pause);
    }
    const found: FoundWithWork[] = [];
    for (const question of questions) {
      shard.open(question);
      while (!shard.step()) await pause();
      found.push({ ...shard.found(), ...shard.states[0]!.work });
      const turn = pause();
      if (turn) await turn;
    }
    return found;
  }

  /** A shard without tables, as a linear index scans. */
  async #scanShard(
    shard: MihShard,
    questions: readonly ShardQuery[],
    how: Pick<FindPlan, 'threads' | 'pause'>,
  ): Promise<FoundWithWork[]> {
    const found: FoundWithWork[] = [];
    for (let from = 0; from < questions.length; from += SLOTS) {
      const group = questions.slice(from, from + SLOTS);
      const { k, ties } = group[0]!; // the same for all
      const survivors = group.map(() => new Survivors());
      const codes = group.map(({ code }) => code);
      const limits = group.map(({ limit }) => limit);
      const compared = await scanRows(shard.scanner, codes, limits, survivors, { k, ties, ...how });
      for (const one of survivors) {
        const hits = one.first(k, this.bits, ties);
        found.push({ ...hits, compared: compared / group.length, probed: 0, scanned: true });
      }
    }
    return found;
  }

  /** Appends to one shard; builds it anew when it has grown to so many times what its tables hold. */
  #extend(last: PlacedShard, packed: Uint8Array): void {
    const { shard } = last;
    const count = shard.count + packed.length / (this.bits / 8);
    const complete = last.first + count >= this.#expected;
    const substrings = complete ? planSubstrings(count, this.bits, this.#substrings) : [];
    const worn = count > WORN * last.judged;
    if (worn && substrings.length > 0) {
      last.judged = count;
      if (this.#substrings !== undefined || surelyGains(count, this.bits, substrings)) {
        last.shard = this.#build(shard, packed, substrings);
        return;
      }
      const all = this.#appended(shard, packed);
      last.shard = gains(all, substrings) ? this.#build(all, NOTHING, substrings) : all;
      return;
    }
    last.shard = this.#appended(shard, packed);
  }

  #build(shard: MihShard, packed: Uint8Array, substrings: readonly Substring[]): MihShard {
    const source = shard.count > 0 ? shardSource(shard, packed) : packedSource(this.bits, packed);
    return buildShard(source, substrings, this.threads, this.#costs);
  }

  /** The shard with codes behind its last, or a new one where its memory has no room for them. */
  #appended(shard: MihShard, packed: Uint8Array): MihShard {
    const width = this.bits / 8;
    if (shard.count === 0 || shard.hasRoomFor(shard.layout.tailCount + packed.length / width)) {
      shard.append(packed);
      return shard;
    }
    if (shard.substrings.length > 0) return this.#build(shard, packed, shard.substrings);
    const longer = plainShard(this.bits, this.threads, this.#costs);
    longer.append(shard.read(0, shard.count));
    longer.append(packed);
    return longer;
  }
}

/** A code that fits neither with tables nor without them is refused when it comes; this is an estimate from above. */
function mostRows(bits: number): number {
  const rowBytes = 8 * Math.ceil(bits / 64);
  const few = Math.floor(MAX_MEMORY_BYTES / (4 * rowBytes));
  const substrings = planSubstrings(few, bits);
  const perRow = (indexBytes(substrings, few, bits) / few) * 1.05;
  return Math.floor(MAX_MEMORY_BYTES / perRow / 64) * 64;
}

/** The limit for rows of a later shard, which are higher: at the distance of the k-th they are hits with ties only. */
function lowered({ distances }: Found, { k, limit, ties }: FindPlan): number {
  return distances.length < k ? limit : Math.min(limit, distances[k - 1]! + (ties ? 1 : 0));
}

/** Two lists of hits as one by (distance, row); rows of the second begin at `first`. */
function merged(a: Found, b: Found, first: number, { k, ties }: FindPlan): Found {
  const most = a.rows.length + b.rows.length;
  const rows = new Uint32Array(most);
  const distances = new Uint16Array(most);
  let size = 0;
  for (let i = 0, j = 0; i < a.rows.length || j < b.rows.length; size++) {
    const takeA = j === b.rows.length || (i < a.rows.length && a.distances[i]! <= b.distances[j]!);
    const distance = takeA ? a.distances[i]! : b.distances[j]!;
    if (size >= k && !(ties && distance === distances[k - 1])) break;
    distances[size] = distance;
    rows[size] = takeA ? a.rows[i++]! : first + b.rows[j++]!;
  }
  return { rows: rows.slice(0, size), distances: distances.slice(0, size) };
}
