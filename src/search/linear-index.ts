/** Exact linear search: every query is compared with every code. */
import type { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { BaseIndex, firstParts, type IndexParts } from './base-index.ts';
import { CodeStore } from './store.ts';
import type { EngineName, Id } from './types.ts';

export interface LinearIndexOptions {
  /** One distinct id a code. Kept, not copied. Default: row numbers. */
  readonly ids?: ArrayLike<Id>;
  /** Default: `wasm` where it runs, else `typescript`. The answers are the same. */
  readonly engine?: EngineName;
  /** Threads that a search may use, ≥ 1; they start with the first search that uses them. Default: 1. */
  readonly threads?: number;
}

export class LinearIndex extends BaseIndex<CodeStore> {
  readonly kind = 'linear';

  private constructor(parts: IndexParts<CodeStore>) {
    super(parts);
  }

  /**
   * Copies the codes (rows padded to 64 bits); the caller's may be dropped afterwards.
   * @throws `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE` (2³² rows, or the machine's memory), `ARGUMENT_INVALID`.
   */
  static from(codes: Codes, { ids, engine, threads = 1 }: LinearIndexOptions = {}): LinearIndex {
    checkThreads(threads);
    return new LinearIndex(firstParts(new CodeStore(codes.bits, { engine, threads }), codes, ids));
  }

  /** From parts that a file or a test made. */
  static of(parts: IndexParts<CodeStore>): LinearIndex {
    return new LinearIndex(parts);
  }

  /**
   * Distances of all rows to one query, deleted ones included, `[rows]`, to `out` if given.
   * @throws `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID` if there is no such query row or `out` has another length.
   */
  distances(queries: Codes, row: number, out = new Uint16Array(this.rows)): Uint16Array {
    if (queries.bits !== this.bits) {
      throw new UnseenError('CODES_BITS_MISMATCH', { left: queries.bits, right: this.bits });
    }
    if (out.length !== this.rows) {
      const reason = `must have one entry a code (${this.rows})`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'out', reason, received: out.length });
    }
    this.store.distances(queries.row(row), out);
    return out;
  }

  protected makeStore(): CodeStore {
    return new CodeStore(this.bits, { engine: this.engine, threads: this.threads });
  }
}

export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return;
  const reason = 'must be a whole number from 1 to 256';
  throw new UnseenError('ARGUMENT_INVALID', { name: 'threads', reason, received: threads });
}
