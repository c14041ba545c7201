/**
 * Exact search in sub-linear time: multi-index hashing (Norouzi, Punjani, Fleet, arXiv 1307.2982). Codes that are near
 * each other agree closely in at least one of several substrings, so a search looks up the buckets of substrings near
 * the query's instead of comparing all codes. Where that would take longer than comparing all, it compares all.
 */
import type { Codes } from '../codes/index.ts';
import { BaseIndex, firstParts, type IndexParts } from './base-index.ts';
import { checkThreads } from './linear-index.ts';
import { planSubstrings } from './mih/plan.ts';
import { MihStore } from './mih/store.ts';
import { CodeStore, chooseEngine, type RowStore } from './store.ts';
import type { EngineName, Id } from './types.ts';

export interface MultiIndexHashOptions {
  /** One distinct id a code. Kept, not copied. Default: row numbers. */
  readonly ids?: ArrayLike<Id>;
  /** Default: `wasm` where it runs, else `typescript`, which has no tables. The answers are the same. */
  readonly engine?: EngineName;
  /** Threads that a search may use, ≥ 1; they start with the first search that uses them. Default: 1. */
  readonly threads?: number;
  /**
   * Number of substrings that codes are cut into, 1 … min(bits, 256). Few are wide, so that buckets hold few codes, but
   * the number of buckets to look up grows fast with the distance. Default: chosen by the number of rows and bits.
   */
  readonly substrings?: number;
}

export class MultiIndexHash extends BaseIndex<RowStore> {
  readonly kind = 'mih';
  /** Number of substrings that was asked for; undefined: chosen. */
  readonly substrings: number | undefined;

  private constructor(parts: IndexParts<RowStore>, substrings?: number) {
    super(parts);
    this.substrings = substrings;
  }

  /**
   * Copies the codes (rows padded to 64 bits); the caller's may be dropped afterwards.
   * @throws `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE` (2³² rows, or the machine's memory), `ARGUMENT_INVALID`.
   */
  static from(codes: Codes, options: MultiIndexHashOptions = {}): MultiIndexHash {
    const { ids, engine, threads = 1, substrings } = options;
    checkThreads(threads);
    const store = makeStore(codes.bits, chooseEngine(engine), threads, substrings);
    return new MultiIndexHash(firstParts(store, codes, ids), substrings);
  }

  /** From parts that a file or a test made. */
  static of(parts: IndexParts<RowStore>, substrings?: number): MultiIndexHash {
    return new MultiIndexHash(parts, substrings);
  }

  protected makeStore(): RowStore {
    return makeStore(this.bits, this.engine, this.threads, this.substrings, this.count);
  }
}

function makeStore(
  bits: number,
  engine: EngineName,
  threads: number,
  substrings: number | undefined,
  expected = 0,
): RowStore {
  planSubstrings(0, bits, substrings); // refuses a wrong number
  if (engine === 'typescript') return new CodeStore(bits, { engine });
  return new MihStore(bits, { threads, expected, ...(substrings === undefined ? {} : { substrings }) });
}
