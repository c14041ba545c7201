/** What an index keeps its rows in, and the plain one: shards of codes that are scanned, each in a memory of its own. */

import { UnseenError } from '../errors.ts';
import { type ScanEngine, SLOTS } from './kernels/engine.ts';
import { TypeScriptEngine } from './kernels/fallback.ts';
import { wasmAvailable } from './kernels/kernel.ts';
import { Survivors } from './kernels/survivors.ts';
import { WasmEngine } from './kernels/wasm.ts';
import { scanRows } from './scan-rows.ts';
import { bytesOf, checkRows, countOf, readRows, setLiveRows } from './shards.ts';
import { letGo } from './threads/pool.ts';
import type { EngineName, SearchWork } from './types.ts';

/** What a search asks of the store. */
export interface FindPlan {
  /** Hits wanted a query, 1 … 2³²−1. */
  readonly k: number;
  /** Rows at a distance ≥ limit are no hits. */
  readonly limit: number;
  /** All rows as far as the k-th are wanted: the order of ids, not of rows, decides among them. */
  readonly ties: boolean;
  readonly threads: number;
  /** Called every few milliseconds; lets other work in and throws when the search is to stop. */
  readonly pause: () => Promise<void> | undefined;
}

/** Hits of one query by (distance, row). */
export interface Found {
  readonly rows: Uint32Array;
  readonly distances: Uint16Array;
}

export interface RowStore {
  readonly engine: EngineName;
  readonly threads: number;
  readonly bytes: number;
  readonly count: number;
  /** Copies packed codes behind the last row. @throws `INDEX_TOO_LARGE`, and then holds what it held. */
  append(packed: Uint8Array): void;
  /** Packed codes of rows `from … to−1`. */
  read(from: number, to: number): Uint8Array;
  /** Bitmap `[ceil(count/8)]` of the rows that may be found from now on; undefined: all. */
  setLive(bitmap: Uint8Array | undefined): void;
  /** Packed queries, one after the other. */
  find(queries: readonly Uint8Array[], plan: FindPlan): Promise<{ found: Found[]; work: SearchWork }>;
  /** Lets go of threads. */
  close(): void;
}

interface Shard {
  readonly engine: ScanEngine;
  /** Row of its first code, a multiple of ROW_ALIGN. */
  readonly first: number;
}

export interface CodeStoreOptions {
  readonly engine?: EngineName | undefined;
  /** Default: 1. */
  readonly threads?: number;
  /** Most rows of one shard, a multiple of ROW_ALIGN. Default: what fits into one memory. */
  readonly shardRows?: number;
  /** Bytes to read, all queries together, from which on threads are used. */
  readonly threadBytes?: number;
}

export class CodeStore implements RowStore {
  readonly engine: EngineName;
  readonly bits: number;
  readonly threads: number;
  readonly shards: Shard[] = [];
  readonly #shardRows: number;
  readonly #threadBytes: number | undefined;

  /** @throws `ARGUMENT_INVALID` if the engine does not run here. */
  constructor(bits: number, options: CodeStoreOptions = {}) {
    this.engine = chooseEngine(options.engine);
    this.bits = bits;
    this.#shardRows = options.shardRows ?? Number.POSITIVE_INFINITY;
    this.#threadBytes = options.threadBytes;
    const first = this.#newShard(options.threads ?? 1);
    this.threads = first instanceof WasmEngine ? first.arenas.length : 1;
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
      const { engine } = this.shards.at(-1)!;
      const room = Math.min(engine.room, this.#shardRows - engine.count);
      const taken = Math.min(rows - row, room);
      engine.append(packed.subarray(row * width, (row + taken) * width));
      row += taken;
      if (row < rows) this.#newShard(this.threads);
    }
  }

  read(from: number, to: number): Uint8Array {
    return readRows(this.#places, from, to, this.bits / 8);
  }

  setLive(bitmap: Uint8Array | undefined): void {
    setLiveRows(this.#places, bitmap);
  }

  async find(queries: readonly Uint8Array[], plan: FindPlan): Promise<{ found: Found[]; work: SearchWork }> {
    const found: Found[] = [];
    let codesCompared = 0;
    for (let from = 0; from < queries.length; from += SLOTS) {
      const group = queries.slice(from, from + SLOTS);
      const survivors = group.map(() => new Survivors());
      const limits = group.map(() => plan.limit);
      for (const { engine, first } of this.shards) {
        for (const one of survivors) one.base = first;
        codesCompared += await scanRows(engine, group, limits, survivors, plan, this.#threadBytes);
      }
      for (const one of survivors) found.push(one.first(plan.k, this.bits, plan.ties));
    }
    return { found, work: { codesCompared, bucketsProbed: 0, queriesScanned: queries.length } };
  }

  /** Distances of all rows to one code, to `out` `[count]`. */
  distances(code: Uint8Array, out: Uint16Array): void {
    for (const { engine, first } of this.shards) {
      engine.distances(code, out.subarray(first, first + engine.count));
    }
  }

  get #places() {
    return this.shards.map(({ engine, first }) => ({ rows: engine, first }));
  }

  close(): void {
    for (const { engine } of this.shards) if (engine instanceof WasmEngine) letGo(engine.memory);
  }

  #newShard(threads: number): ScanEngine {
    const first = this.shards.length > 0 ? this.count : 0;
    const engine =
      this.engine === 'wasm' ? new WasmEngine(this.bits, threads) : new TypeScriptEngine(this.bits);
    this.shards.push({ engine, first });
    return engine;
  }
}

/** @throws `ARGUMENT_INVALID` if it does not run here. */
export function chooseEngine(name: EngineName | undefined): EngineName {
  if (name === undefined) return wasmAvailable() ? 'wasm' : 'typescript';
  if (name === 'typescript' || (name === 'wasm' && wasmAvailable())) return name;
  throw new UnseenError('ARGUMENT_INVALID', {
    name: 'engine',
    reason: 'must be "typescript", or "wasm" where WebAssembly with SIMD runs',
    received: name,
  });
}
