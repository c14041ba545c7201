import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { KernelMemory } from './memory.ts';

const memory = new KernelMemory();
const { kernel } = memory;
const MAX_BITS = 4096;
const ARENA = memory.allocate(kernel.SLOTS_OFFSET.value + 8 * MAX_BITS);
const SLOT = ARENA + kernel.SLOTS_OFFSET.value;
const CODES = memory.allocate(8 << 20);
const LIVE = memory.allocate(1 << 17);
const ORDER = memory.allocate(1 << 20);
kernel.bind(ARENA);

/** What `setVariant` takes. */
const VARIANTS = { scalar: 0, 'two-stream': 0xf0, SIMD: 0x0f, 'two-stream SIMD': 0xff };
const BITS = [8, 56, 64, 72, 128, 136, 192, 200, 248, 256, 320, 384, 512, 520, 1024, 1032, 4096];
const COUNTS = [0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 700];

interface Query {
  readonly code: Uint8Array;
  readonly k: number;
  readonly limit: number;
  readonly ties: boolean;
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function distance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ONES[a[i]! ^ b[i]!]!;
  return sum;
}

/** The survivors as the contract has them: row for row, with a histogram and no block. */
function naive(
  rows: number[],
  distanceOf: (place: number) => number,
  bits: number,
  query: Query,
): number[][] {
  const histogram = new Uint32Array(bits + 2);
  let { limit } = query;
  let closer = 0;
  const survivors: number[][] = [];
  rows.forEach((row, place) => {
    const d = distanceOf(place);
    if (row < 0 || d >= limit) return;
    survivors.push([row, d]);
    histogram[d]!++;
    closer++;
    if (query.ties) while (closer - histogram[limit - 1]! >= query.k) closer -= histogram[--limit]!;
    else while (closer >= query.k) closer -= histogram[--limit]!;
  });
  return survivors;
}

const words = (bits: number): number => Math.ceil(bits / 64);

/** Packed codes into the kernel's memory, rows padded to whole words. */
function put(packed: Uint8Array, bits: number): void {
  const width = bits / 8;
  memory.u8.fill(0, CODES, CODES + (packed.length / width) * 8 * words(bits));
  for (let row = 0; row < packed.length / width; row++) {
    memory.u8.set(packed.subarray(row * width, (row + 1) * width), CODES + row * 8 * words(bits));
  }
}

/** Opens the query in the slot; returns the address of its words. */
function open({ code, k, limit, ties }: Query, bits: number): number {
  const at = Math.ceil((SLOT + kernel.SLOT_HISTOGRAM.value + 4 * (bits + 1)) / 8) * 8;
  memory.u8.fill(0, SLOT, at + 8 * words(bits));
  memory.u32.set([limit, 0, k, 0, ties ? 1 : 0], SLOT / 4);
  memory.u8.set(code, at);
  return at;
}

function scan(query: Query, bits: number, n: number, tile: number, live = 0, order = 0): number[][] {
  const survivors: number[][] = [];
  const at = open(query, bits);
  for (let from = 0; from < n; from += tile) {
    const to = Math.min(from + tile, n);
    for (let row = from; row < to; ) {
      row = kernel.scan(CODES, words(bits), bits, SLOT, at, row, to, live, order) >>> 0;
      const found = memory.u32[SLOT / 4 + 3]!;
      const rows = memory.u32.subarray((ARENA + kernel.SURVIVOR_ROWS.value) / 4);
      const distances = new Uint16Array(memory.u8.buffer, ARENA + kernel.SURVIVOR_DISTANCES.value, found);
      for (let i = 0; i < found; i++) survivors.push([rows[i]!, distances[i]!]);
    }
  }
  return survivors;
}

/** `near`: most rows differ from the query in few bits or in its second half only, so that prefixes pass and fail. */
function draw(
  random: Random,
  n: number,
  bits: number,
  shape: 'random' | 'near' | 'opposite',
  code: Uint8Array,
) {
  const width = bits / 8;
  const packed = new Uint8Array(n * width);
  for (let row = 0; row < n; row++) {
    const own = packed.subarray(row * width, (row + 1) * width);
    if (shape === 'opposite') for (let i = 0; i < width; i++) own[i] = ~code[i]!;
    else if (shape === 'random' || random.below(8) > 0)
      for (let i = 0; i < width; i++) own[i] = random.below(256);
    if (shape !== 'near') continue;
    if (random.below(8) === 0) own.set(code.subarray(0, width >> 1)); // near over the prefix alone
    if (random.below(16) === 0) own.set(code);
    own[random.below(width)]! ^= 1 << random.below(8);
  }
  return packed;
}

const randomCode = (random: Random, bits: number) =>
  Uint8Array.from({ length: bits / 8 }, () => random.below(256));

describe.each(Object.entries(VARIANTS))('the %s kernels', (name, variant) => {
  it('write the distances that a loop over the bytes counts', () => {
    const random = new Random(1, name);
    kernel.setVariant(variant);
    for (const bits of BITS) {
      const width = bits / 8;
      for (const n of COUNTS) {
        for (const shape of ['random', 'opposite'] as const) {
          const code = randomCode(random, bits);
          const packed = draw(random, n, bits, shape, code);
          put(packed, bits);
          const at = open({ code, k: 1, limit: 1, ties: false }, bits);
          kernel.distances(CODES, words(bits), at, 0, n);
          const got = new Uint16Array(memory.u8.buffer, ARENA + kernel.DISTANCES.value, n);
          const expected = Uint16Array.from({ length: n }, (_, row) =>
            distance(packed.subarray(row * width, (row + 1) * width), code),
          );
          expect([...got], `${bits} bits, ${n} rows, ${shape}`).toEqual([...expected]);
        }
      }
    }
  });

  it('let through what a scan row by row lets through, in its order, with ties, deleted rows and an order of rows', () => {
    const random = new Random(2, name);
    kernel.setVariant(variant);
    for (const bits of BITS) {
      const width = bits / 8;
      for (const n of COUNTS) {
        for (let repeat = 0; repeat < 6; repeat++) {
          const code = randomCode(random, bits);
          const packed = draw(random, n, bits, random.below(2) ? 'near' : 'random', code);
          put(packed, bits);
          const query = {
            code,
            k: 1 + random.below(random.below(2) ? 4 : n + 2),
            limit: 1 + random.below(random.below(2) ? bits + 1 : Math.min(bits + 1, 24)),
            ties: random.below(2) === 0,
          };
          const alive = Uint8Array.from({ length: 1024 }, () => random.below(256) | (repeat % 2 ? 255 : 0));
          memory.u8.set(alive, LIVE);
          const order = random.permutation(n);
          memory.u32.set(order, ORDER / 4);
          const ordered = random.below(3) === 0;
          const rows = Array.from({ length: n }, (_, place) => {
            const row = ordered ? order[place]! : place;
            return (alive[row >> 3]! >> (row & 7)) & 1 ? row : -1;
          });
          const expected = naive(
            rows,
            (place) => distance(packed.subarray(place * width, (place + 1) * width), code),
            bits,
            query,
          );
          const tile = [64, 128, n + 1][random.below(3)]!;
          const survivors = scan(query, bits, n, tile, LIVE, ordered ? ORDER : 0);
          expect(
            survivors,
            `${bits} bits, ${n} rows, ${JSON.stringify({ ...query, tile, ordered })}`,
          ).toEqual(expected);
        }
      }
    }
  });

  it('let through the same over many blocks, while prefixes are tried and rows are noted, and both given up', () => {
    const random = new Random(3, name);
    kernel.setVariant(variant);
    for (const bits of [64, 128, 192, 248, 256, 320, 512, 1024]) {
      const width = bits / 8;
      const n = 30_000;
      const code = randomCode(random, bits);
      const packed = draw(random, n, bits, 'random', code);
      for (let row = 0; row < n; row++) {
        const stretch = Math.floor(row / 5000) % 3; // far rows, rows near over the first half, a few near rows
        if (stretch === 1) packed.set(code.subarray(0, width >> 1), row * width);
        if (stretch === 2 && row % 50 === 0) packed.set(code, row * width);
      }
      put(packed, bits);
      const alive = Uint8Array.from({ length: n / 8 + 8 }, () => random.below(256) | random.below(256));
      memory.u8.set(alive, LIVE);
      for (const query of [
        { code, k: 10, limit: 12, ties: false },
        { code, k: 10, limit: bits + 1, ties: false },
        { code, k: 100, limit: bits >> 1, ties: true },
        { code, k: 20_000, limit: bits + 1, ties: false },
        { code, k: 300, limit: 40, ties: true },
      ]) {
        const expected = naive(
          Array.from({ length: n }, (_, row) => ((alive[row >> 3]! >> (row & 7)) & 1 ? row : -1)),
          (row) => distance(packed.subarray(row * width, (row + 1) * width), code),
          bits,
          query,
        );
        for (const tile of [8192, n]) {
          const same = JSON.stringify(scan(query, bits, n, tile, LIVE)) === JSON.stringify(expected); // toEqual: seconds
          expect(same, `${bits} bits, k ${query.k}, limit ${query.limit}, tile ${tile}`).toBe(true);
        }
      }
    }
  });
});
