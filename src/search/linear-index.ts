/** Exact linear search: every query is compared with every code. */
import type { Codes } from '../codes/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { checkIds } from './ids.ts';
import { type ScanEngine, SLOTS } from './kernels/engine.ts';
import { TypeScriptEngine } from './kernels/fallback.ts';
import { Survivors } from './kernels/survivors.ts';
import { WasmEngine, wasmAvailable } from './kernels/wasm.ts';
import type { EngineName, HammingIndex, Hit, Id, SearchOptions } from './types.ts';

export interface LinearIndexOptions {
  /** One distinct id a code. Kept, not copied. Default: row numbers. */
  readonly ids?: ArrayLike<Id>;
  /** Default: `wasm` where it runs, else `typescript`. The answers are the same. */
  readonly engine?: EngineName;
}

/** Bytes of codes that a group of queries goes over before the next tile: they stay in the L2 cache. */
const TILE_BYTES = 256 * 1024;
/** The same for a single query, which gains nothing from the cache: only a bound on the time between pauses. */
const TILE_BYTES_ALONE = 16 * 1024 * 1024;
/** Time after which a search lets other work in and looks at its signal, in ms. */
const SLICE_MS = 20;

export class LinearIndex implements HammingIndex {
  readonly count: number;
  readonly bits: number;
  readonly engine: EngineName;
  readonly #engine: ScanEngine;
  readonly #ids: ArrayLike<Id> | undefined;
  /** Searches take turns: they share the engine's slots and may pause between slices. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(engine: ScanEngine, codes: Codes, ids: ArrayLike<Id> | undefined) {
    this.#engine = engine;
    this.engine = engine.name;
    this.count = codes.count;
    this.bits = codes.bits;
    this.#ids = ids;
  }

  /**
   * Copies the codes (rows padded to 64 bits); the caller's may be dropped afterwards.
   * @throws `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE` (4 GiB), `ARGUMENT_INVALID`.
   */
  static from(codes: Codes, options: LinearIndexOptions = {}): LinearIndex {
    const { ids } = options;
    if (ids) checkIds(ids, codes.count);
    const name = options.engine ?? (wasmAvailable() ? 'wasm' : 'typescript');
    return new LinearIndex(makeEngine(name, codes), codes, ids);
  }

  /** Memory held for codes and search, in bytes, without the ids. */
  get bytes(): number {
    return this.#engine.bytes;
  }

  /**
   * One array of hits a query, in the order (distance, row); see `SearchOptions` for k, radius and signal.
   * @throws `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID` (k or radius out of range), `ABORTED`.
   */
  async search(queries: Codes, options: SearchOptions = {}): Promise<Hit[][]> {
    this.#checkBits(queries);
    const { k, limit } = bounds(options, this.bits);
    const turn = this.#turn.then(() => this.#searchAll(queries, k, limit, options.signal));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /**
   * Distances of all codes to one query, `[count]`, to `out` if given.
   * @throws `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID` if there is no such query row or `out` has another length.
   */
  distances(queries: Codes, row: number, out = new Uint16Array(this.count)): Uint16Array {
    this.#checkBits(queries);
    if (out.length !== this.count) {
      const reason = `must have one entry a code (${this.count})`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'out', reason, received: out.length });
    }
    this.#engine.distances(queries.row(row), out);
    return out;
  }

  async #searchAll(queries: Codes, k: number, limit: number, signal?: AbortSignal): Promise<Hit[][]> {
    throwIfAborted(signal, 'search');
    const hits: Hit[][] = [];
    let slice = performance.now();
    const tileBytes = queries.count === 1 ? TILE_BYTES_ALONE : TILE_BYTES;
    const tile = Math.floor(tileBytes / Math.max(8, this.bits / 8));
    for (let first = 0; first < queries.count; first += SLOTS) {
      const size = Math.min(SLOTS, queries.count - first);
      const survivors = Array.from({ length: size }, () => new Survivors());
      for (let slot = 0; slot < size; slot++) this.#engine.open(slot, queries.row(first + slot), k, limit);
      for (let from = 0; from < this.count; from += tile) {
        const to = Math.min(from + tile, this.count);
        for (let slot = 0; slot < size; slot++) this.#engine.scan(slot, from, to, survivors[slot]!);
        if (performance.now() - slice > SLICE_MS) {
          await new Promise((resume) => setTimeout(resume));
          throwIfAborted(signal, 'search');
          slice = performance.now();
        }
      }
      for (const found of survivors) hits.push(this.#hits(found, k));
    }
    return hits;
  }

  #hits(survivors: Survivors, k: number): Hit[] {
    const { rows, distances } = survivors.first(k, this.bits);
    const hits: Hit[] = new Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      hits[i] = { id: this.#ids ? this.#ids[row]! : row, row, distance: distances[i]! };
    }
    return hits;
  }

  #checkBits(queries: Codes): void {
    if (queries.bits !== this.bits) {
      throw new UnseenError('CODES_BITS_MISMATCH', { left: queries.bits, right: this.bits });
    }
  }
}

function makeEngine(name: EngineName, codes: Codes): ScanEngine {
  if (name === 'typescript') return new TypeScriptEngine(codes);
  if (name === 'wasm' && wasmAvailable()) return new WasmEngine(codes);
  throw new UnseenError('ARGUMENT_INVALID', {
    name: 'engine',
    reason: 'must be "typescript", or "wasm" where WebAssembly with SIMD runs',
    received: name,
  });
}

/** Without k a radius search is unbounded; 2³²−1 is above any count. */
const UNBOUNDED = 2 ** 32 - 1;

function bounds({ k, radius }: SearchOptions, bits: number): { k: number; limit: number } {
  if (k !== undefined && (!Number.isInteger(k) || k < 1)) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'k',
      reason: 'must be a whole number ≥ 1',
      received: k,
    });
  }
  if (radius !== undefined && (!Number.isInteger(radius) || radius < 0 || radius > bits)) {
    const reason = `must be a whole number from 0 to ${bits}`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'radius', reason, received: radius });
  }
  return {
    k: Math.min(k ?? (radius === undefined ? 10 : UNBOUNDED), UNBOUNDED),
    limit: (radius ?? bits) + 1,
  };
}
