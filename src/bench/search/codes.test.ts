import { describe, expect, it } from 'vitest';
import { hammingDistance } from '../../codes/index.ts';
import { BENCH_DATA, CodeStream, isReal } from './codes.ts';
import { Words } from './words.ts';

const SEED = 3;
const real = new CodeStream('random', { bits: 72, seed: 9, stream: 'base' }).take(50);
const stream = (data: (typeof BENCH_DATA)[number], name: string, bits = 72) =>
  new CodeStream(data, { bits, seed: SEED, stream: name, ...(isReal(data) && { base: real }) });

describe('Words', () => {
  it('has fair bits, each of them, and neighbouring words that share half of theirs', () => {
    const out = new Int32Array(20_000);
    new Words(1, 'test').fill(out);
    for (let bit = 0; bit < 32; bit++) {
      const ones = out.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
      // Five standard deviations: √(n/4) ones.
      expect(Math.abs(ones - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
    }
    let same = 0;
    for (let i = 1; i < out.length; i++) {
      for (let word = ~(out[i]! ^ out[i - 1]!); word !== 0; word &= word - 1) same++;
    }
    expect(Math.abs(same / (32 * 19_999) - 0.5)).toBeLessThan(5 / (2 * Math.sqrt(32 * 19_999)));
  });

  it('gives the same stream to the same seed, another to another, word by word as in bulk', () => {
    const bulk = new Int32Array(10_000);
    new Words(1, 'a').fill(bulk);
    const single = new Words(1, 'a');
    expect(Int32Array.from(bulk, () => single.next())).toEqual(bulk);
    expect(new Words(2, 'a').next()).not.toBe(bulk[0]);
    expect(new Words(1, 'b').next()).not.toBe(bulk[0]);
  });

  it('draws every number below n about equally often', () => {
    const words = new Words(5, 'below');
    const counts = new Array<number>(13).fill(0);
    for (let i = 0; i < 13_000; i++) counts[words.below(13)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
});

describe('CodeStream', () => {
  it.each(BENCH_DATA)('of %s codes is the same list in one piece and in many', (data) => {
    for (const bits of isReal(data) ? [72] : [64, 72, 256]) {
      const whole = stream(data, 'database', bits).take(1000);
      const parts = stream(data, 'database', bits);
      for (const [from, to] of [
        [0, 1],
        [1, 400],
        [400, 1000],
      ] as const) {
        expect(parts.take(to - from).bytes).toEqual(whole.slice(from, to).bytes);
      }
      expect(stream(data, 'queries', bits).take(1).bytes).not.toEqual(whole.slice(0, 1).bytes);
    }
  });

  it('clustered codes are within 12 bits of one of 1,000 centres that queries share', () => {
    const centres = new Int32Array(3000);
    new Words(SEED, 'bench centres').fill(centres);
    const rows = new Uint8Array(centres.buffer);
    const used = new Set<number>();
    let flips = 0;
    for (const name of ['database', 'queries']) {
      const codes = stream('clustered', name).take(1500);
      for (let i = 0; i < codes.count; i++) {
        let best = [99, -1];
        for (let c = 0; c < 1000; c++) {
          const distance = hammingDistance(codes.row(i), rows.subarray(12 * c, 12 * c + 9));
          if (distance < best[0]!) best = [distance, c];
        }
        expect(best[0]).toBeLessThanOrEqual(12);
        flips += best[0]!;
        used.add(best[1]!);
      }
    }
    // 6 flips on average, of which a few meet; 950 of 1,000 centres are hit by 3,000 draws.
    expect(flips / 3000).toBeGreaterThan(5.2);
    expect(flips / 3000).toBeLessThan(6);
    expect(used.size).toBeGreaterThan(900);
  });

  it('real codes have a sixteenth of the bits flipped, everywhere alike', () => {
    const codes = stream('real', 'database').take(8000);
    const flipped = new Array<number>(72).fill(0);
    for (let i = 0; i < codes.count; i++) {
      let best = [99, -1];
      for (let b = 0; b < real.count; b++) {
        const distance = hammingDistance(codes.row(i), real.row(b));
        if (distance < best[0]!) best = [distance, b];
      }
      const [code, from] = [codes.row(i), real.row(best[1]!)];
      for (let bit = 0; bit < 72; bit++) {
        if (((code[bit >> 3]! ^ from[bit >> 3]!) >> (bit & 7)) & 1) flipped[bit]!++;
      }
    }
    for (const count of flipped) {
      expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(8000 * (1 / 16) * (15 / 16)));
    }
  });
});
