/** The plain TypeScript kernel: the same answers where WebAssembly with SIMD is not to be had. */
import type { Codes } from '../../codes/index.ts';
import { type ScanEngine, SLOTS } from './engine.ts';
import type { Survivors } from './survivors.ts';

interface OpenQuery {
  readonly words: Uint32Array;
  readonly k: number;
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
  readonly #count: number;
  /** 32-bit words a code, the last padded with zeros. */
  readonly #words: number;
  readonly #codes: Uint32Array;
  readonly #open: (OpenQuery | undefined)[] = new Array(SLOTS);

  /** Copies the codes. */
  constructor(codes: Codes) {
    this.#bits = codes.bits;
    this.#count = codes.count;
    this.#words = Math.ceil(codes.bits / 32);
    this.#codes = toWords(codes.bytes, codes.bytesPerCode, this.#words);
  }

  get bytes(): number {
    return this.#codes.byteLength;
  }

  open(slot: number, code: Uint8Array, k: number, limit: number): void {
    this.#open[slot] = {
      words: toWords(code, code.length, this.#words),
      k,
      histogram: new Uint32Array(this.#bits + 1),
      limit,
      closer: 0,
    };
  }

  scan(slot: number, from: number, to: number, survivors: Survivors): void {
    const query = this.#open[slot]!;
    for (let row = from; row < to && query.limit > 0; row++) {
      const distance = this.#distance(row, query.words);
      if (distance >= query.limit) continue;
      survivors.push(row, distance);
      query.histogram[distance]!++;
      query.closer++;
      while (query.closer >= query.k) query.closer -= query.histogram[--query.limit]!;
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
