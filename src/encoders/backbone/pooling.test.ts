import { describe, expect, it } from 'vitest';
import { defaultPooling, pool, pooledDim, poolingFits } from './pooling.ts';

const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i * i - 3 * i);

describe('pooling', () => {
  it('takes the first token, or the mean of all', () => {
    const [n, tokens, d] = [3, 4, 5] as const;
    const data = counting(n * tokens * d);
    const first = pool(data, [n, tokens, d], 'cls', 'nchw');
    const average = pool(data, [n, tokens, d], 'mean', 'nhwc');
    for (let i = 0; i < n; i++)
      for (let k = 0; k < d; k++) {
        let sum = 0;
        for (let t = 0; t < tokens; t++) sum += data[(i * tokens + t) * d + k]!;
        expect(first[i * d + k]).toBe(data[i * tokens * d + k]);
        expect(average[i * d + k]).toBeCloseTo(sum / tokens, 3);
      }
  });

  it('averages over places wherever the layout puts them', () => {
    const [n, d, h, w] = [2, 3, 2, 4] as const;
    const planes = counting(n * d * h * w);
    const mixed = new Float32Array(planes.length);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < d; k++)
        for (let p = 0; p < h * w; p++) mixed[(i * h * w + p) * d + k] = planes[(i * d + k) * h * w + p]!;
    const pooled = pool(planes, [n, d, h, w], 'mean', 'nchw');
    expect(pooled[4]).toBeCloseTo(planes.subarray(32, 40).reduce((a, b) => a + b, 0) / 8, 3);
    expect(pool(mixed, [n, h, w, d], 'mean', 'nhwc')).toEqual(pooled);
  });

  it('leaves vectors and what is asked to be left', () => {
    const data = counting(24);
    expect(pool(data, [6, 4], 'none', 'nchw')).toEqual(data);
    expect(pool(data, [2, 3, 4], 'none', 'nchw')).toEqual(data);
    expect(pooledDim([2, 3, 2, 2], 'none', 'nchw')).toBe(12);
    expect(pool(data, [2, 12, 1, 1], 'mean', 'nchw')).toEqual(data);
  });

  it('knows what fits which shape', () => {
    expect([2, 3, 4, 5].map(defaultPooling)).toEqual(['none', 'cls', 'mean', undefined]);
    expect([1, 2, 3, 4, 5].map((rank) => poolingFits('cls', rank))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    expect([1, 2, 3, 4, 5].map((rank) => poolingFits('mean', rank))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect([1, 2, 3, 4, 5].map((rank) => poolingFits('none', rank))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});
