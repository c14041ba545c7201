/** What a network returns → one vector a picture. */
import type { BackboneConfig } from './config.ts';

type Pooling = BackboneConfig['pooling'];

/** What is done with an output of that many axes if nobody says it; undefined: there is no vector in it. */
export function defaultPooling(rank: number): Pooling | undefined {
  return ({ 2: 'none', 3: 'cls', 4: 'mean' } as const)[rank];
}

/** Whether the pooling exists for that many axes: there is no first token among places, and no mean of one vector. */
export function poolingFits(pooling: Pooling, rank: number): boolean {
  if (rank < 2 || rank > 4) return false;
  if (pooling === 'none') return true;
  return pooling === 'cls' ? rank === 3 : rank > 2;
}

/** Values a picture after pooling. */
export function pooledDim(
  dims: readonly number[],
  pooling: Pooling,
  layout: BackboneConfig['layout'],
): number {
  if (pooling === 'none') return dims.slice(1).reduce((product, size) => product * size, 1);
  return dims.length === 4 && layout === 'nchw' ? dims[1]! : dims.at(-1)!;
}

/**
 * `cls`: the first token of `[n, tokens, d]`. `mean`: over the tokens of `[n, tokens, d]` or the places of
 * `[n, d, h, w]` (where `layout` is nhwc: `[n, h, w, d]`). `none`: all values, in their order.
 * @returns `[n, d]` row-major
 */
export function pool(
  data: Float32Array,
  dims: readonly number[],
  pooling: Pooling,
  layout: BackboneConfig['layout'],
): Float32Array {
  const n = dims[0]!;
  const d = pooledDim(dims, pooling, layout);
  const size = data.length / n;
  if (size === d) return data;
  const pooled = new Float32Array(n * d);
  const places = size / d;
  // Distance between the values of one feature, and between features.
  const [along, across] = dims.length === 4 && layout === 'nchw' ? [1, places] : [d, 1];
  const taken = pooling === 'cls' ? 1 : places;
  for (let item = 0; item < n; item++) {
    for (let feature = 0; feature < d; feature++) {
      let sum = 0;
      for (let place = 0; place < taken; place++) {
        sum += data[item * size + feature * across + place * along]!;
      }
      pooled[item * d + feature] = sum / taken;
    }
  }
  return pooled;
}
