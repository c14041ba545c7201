/** What linear cross-modal methods share: pairs as rows of two mapped views side by side, and the encoders that result. */
import { takeRows } from '../data/index.ts';
import type { Random } from '../random.ts';
import type { CrossModalSet, Inputs, Matrix, Preprocessing } from './contract.ts';
import type { EncoderPair } from './define.ts';
import { type FeatureMap, type FeatureMapSettings, identityMap, mapRows, rbfMap } from './feature-map.ts';
import type { Pairs } from './pairs.ts';
import { exportProjection, floatRows, meanRow } from './projection.ts';

export interface PairedViews {
  /** φ(image) beside φ(text): `[pairs, image.dim + text.dim]`, not centred. */
  readonly rows: Matrix;
  /** Column means of `rows`. */
  readonly mean: Float32Array;
  readonly image: FeatureMap;
  readonly text: FeatureMap;
}

/** Maps both modalities' paired items. Images and texts of a pair become anchors together, so one stream draws both. */
export async function pairedViews(
  { image, text }: CrossModalSet,
  pairs: Pairs,
  settings: FeatureMapSettings,
  random: () => Random,
): Promise<PairedViews> {
  const view = async (inputs: Inputs, items: Int32Array): Promise<{ map: FeatureMap; rows: Matrix }> => {
    const rows = takeRows(floatRows(inputs), items);
    if (settings.kernel === 'linear') return { map: identityMap(rows.cols), rows };
    const map = await rbfMap(rows, { ...settings, random: random() });
    return { map, rows: await mapRows(map, rows) };
  };
  const left = await view(image.inputs, pairs.image);
  const right = await view(text.inputs, pairs.text);
  const rows = sideBySide(left.rows, right.rows);
  return { rows, mean: meanRow(rows), image: left.map, text: right.map };
}

/** `[n, a]` and `[n, b]` to `[n, a + b]`. */
function sideBySide(left: Matrix, right: Matrix): Matrix {
  const cols = left.cols + right.cols;
  const data = new Float32Array(left.rows * cols);
  for (let i = 0; i < left.rows; i++) {
    data.set(left.data.subarray(i * left.cols, (i + 1) * left.cols), i * cols);
    data.set(right.data.subarray(i * right.cols, (i + 1) * right.cols), i * cols + left.cols);
  }
  return { data, rows: left.rows, cols };
}

/** Weights `[dim, bits]` of one view as the lower or upper part of weights for `rows`, zeros elsewhere. */
export function weightsBeside(
  { image, text }: PairedViews,
  weights: Float32Array,
  of: 'image' | 'text',
): Float32Array {
  const bits = weights.length / (of === 'image' ? image : text).dim;
  const out = new Float32Array((image.dim + text.dim) * bits);
  out.set(weights, of === 'image' ? 0 : image.dim * bits);
  return out;
}

/** The encoders `code = (φ(x) − mean) · weights`, weights row-major `[dim, bits]`. */
export function viewEncoders(
  { mean, image, text }: PairedViews,
  set: CrossModalSet,
  weights: { readonly image: Float32Array; readonly text: Float32Array },
): EncoderPair {
  const encoder = (
    map: FeatureMap,
    own: Float32Array,
    centre: Float32Array,
    preprocessing: Preprocessing,
  ): Uint8Array =>
    exportProjection(
      { map: map.apply, mean: centre, weights: own, bits: own.length / map.dim },
      preprocessing,
    );
  return {
    image: encoder(image, weights.image, mean.subarray(0, image.dim), set.image.preprocessing),
    text: encoder(text, weights.text, mean.subarray(image.dim), set.text.preprocessing),
  };
}

/** Directions, one after the other, as row-major weights `[dim, directions]`; `scale` per direction, default 1. */
export function weightsOf(directions: readonly Float64Array[], scale?: ArrayLike<number>): Float32Array {
  const count = directions.length;
  const out = new Float32Array(directions[0]!.length * count);
  for (const [k, direction] of directions.entries()) {
    const factor = scale ? scale[k]! : 1;
    for (let i = 0; i < direction.length; i++) out[i * count + k] = factor * direction[i]!;
  }
  return out;
}
