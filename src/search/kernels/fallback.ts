/** The plain TypeScript kernel: the same answers where WebAssembly with SIMD is not to be had. */
import { type ScanEngine, type ScanQuery, SLOTS } from './engine.ts';
import type { Survivors } from './survivors.ts';

interface OpenQuery extends Omit<ScanQuery, 'limit' | 'code'> {
  readonly words: Uint32Array;
  /** Survivors by distance, `[bits + 1]`. */
  readonly histogram: Uint32Array;
  /** Rows at a distance below it can still be hits. */
  limit: number;
  /** Survivors below the limit. */
  closer: number;
}

export class TypeScriptEngine implements ScanEngine {
  readonly name = 'typescript';
  readonly #bits: number;
  /** 32-bit words a code, the last padded with zeros. */
  readonly #words: number;
  #codes = new Uint32Array(0);
  #count = 0;
  #live: Uint8Array | undefined;
  readonly #open: (OpenQuery | undefined)[] = new Array(SLOTS);

  constructor(bits: number) {
    this.#bits = bits;
    this.#words = Math.ceil(bits / 32);
  }

  get bytes(): number {
    return this.#codes.byteLength;
  }

  get count(): number {
    return this.#count;
  }

  get room(): number {
    return 2 ** 30 - this.#count; // far below what a typed array may hold
  }

  append(packed: Uint8Array): void {
    const added = toWords(packed, this.#bits / 8, this.#words);
    const used = this.#count * this.#words;
    if (used + added.length > this.#codes.length) {
      // A first load takes what it needs; later ones leave room, so that adding row by row stays linear.
      const codes = new Uint32Array(used === 0 ? added.length : Math.ceil(1.25 * used) + added.length);
      codes.set(this.#codes.subarray(0, used));
      this.#codes = codes;
    }
    this.#codes.set(added, used);
    this.#count += added.length / this.#words;
  }

  read(from: number, to: number): Uint8Array {
    const width = this.#bits / 8;
    const bytes = new Uint8Array(this.#codes.buffer);
    const out = new Uint8Array((to - from) * width);
    for (let row = from; row < to; row++) {
      const at = row * this.#words * 4;
      out.set(bytes.subarray(at, at + width), (row - from) * width);
    }
    return out;
  }

  setLive(bitmap: Uint8Array | undefined): void {
    this.#live = bitmap?.slice();
  }

  open(slot: number, { code, k, limit, ties }: ScanQuery): void {
    this.#open[slot] = {
      words: toWords(code, code.length, this.#words),
      k,
      ties,
      histogram: new Uint32Array(this.#bits + 1),
      limit,
      closer: 0,
    };
  }

  limitOf(slot: number): number {
    return this.#open[slot]!.limit;
  }

  scan(slot: number, from: number, to: number, survivors: Survivors): void {
    const query = this.#open[slot]!;
    const live = this.#live;
    const end = Math.min(to, this.#count);
    for (let row = from; row < end && query.limit > 0; row++) {
      const distance = this.#distance(row, query.words);
      if (distance >= query.limit) continue;
      if (live && ((live[row >> 3]! >> (row & 7)) & 1) === 0) continue;
      survivors.push(row, distance);
      query.histogram[distance]!++;
      query.closer++;
      if (query.ties) {
        // The limit stays above the k-th distance.
        while (query.closer - query.histogram[query.limit - 1]! >= query.k) {
          query.closer -= query.histogram[--query.limit]!;
        }
      } else {
        while (query.closer >= query.k) query.closer -= query.histogram[--query.limit]!;
      }
    }
  }

  distances(code: Uint8Array, out: Uint16Array): void {
    const words = toWords(code, code.length, this.#words);
    for (let row = 0; row < this.#count; row++) out[row] = this.#distance(row, words);
  }

  #distance(row: number, query: Uint32Array): number {
    const words = this.#words;
    const codes = this.#codes;
    let sum = 0;
    for (let i = 0, at = row * words; i < words; i++) sum += ones(codes[at + i]! ^ query[i]!);
    return sum;
  }
}

/** Set bits of a 32-bit word (Warren, Hacker's Delight, 5-1). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

function toWords(bytes: Uint8Array, width: number, words: number): Uint32Array {
  const rows = bytes.length / width;
  const padded = new Uint8Array(rows * words * 4);
  for (let row = 0; row < rows; row++)
    padded.set(bytes.subarray(row * width, (row + 1) * width), row * words * 4);
  return new Uint32Array(padded.buffer);
}
