/**
 * Y L Yᵀ of ZSH: how much the semantics of neighbouring rows differ. The authors take the normalised Laplacian of a k-NN graph of
 * the rows, all n × n distances. Here L = I − Z Λ⁻¹ Zᵀ of an anchor graph (Liu et al., "Hashing with Graphs", ICML 2011): row i
 * hangs on its k nearest anchors with weights z_ij, which are its features φ scaled to sum 1, and Λ holds the sums of Z's
 * columns. Z Λ⁻¹ Zᵀ has unit row sums, so L is normalised as the authors' is; time grows with rows × anchors.
 */
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import type { Dense } from '../discrete-hashing.ts';
import type { Symmetric } from '../principal.ts';

/**
 * Y L Yᵀ, `[dims, dims]`.
 * @param features φ of the rows, `[n, anchors]`, all ≥ 0, not centred
 * @param targets `[classes, dims]`
 * @param counts rows of each class
 */
export function semanticRoughness(
  features: Matrix,
  classOf: Int32Array,
  targets: Dense,
  counts: Float64Array,
  neighbours: number,
): Symmetric {
  const anchors = features.cols;
  const dims = targets.cols;
  /** Yᵀ Z, an anchor a row: the semantics that hang on it. */
  const hung = new Float64Array(anchors * dims);
  const weights = new Float64Array(anchors);
  const data = new Float64Array(dims * dims);
  counts.forEach((count, c) => {
    addOuter(data, targets.data.subarray(c * dims, (c + 1) * dims), count);
  });
  const near = new Int32Array(Math.min(neighbours, anchors));
  for (let i = 0; i < features.rows; i++) {
    const row = rowOf(features, i);
    const y = targets.data.subarray(classOf[i]! * dims, (classOf[i]! + 1) * dims);
    largest(row, near);
    let total = 0;
    for (const j of near) total += row[j]!;
    for (const j of near) {
      // Far from every anchor φ is 0 everywhere: then each of the k counts the same.
      const z = total > 0 ? row[j]! / total : 1 / near.length;
      weights[j]! += z;
      for (let t = 0; t < dims; t++) hung[j * dims + t]! += z * y[t]!;
    }
  }
  for (let j = 0; j < anchors; j++)
    if (weights[j]! > 0) addOuter(data, hung.subarray(j * dims, (j + 1) * dims), -1 / weights[j]!);
  return { data, size: dims };
}

/** Places of the largest values, largest first, into `places`. */
function largest(values: Float32Array, places: Int32Array): void {
  let held = 0;
  for (let j = 0; j < values.length; j++) {
    if (held === places.length && values[j]! <= values[places[held - 1]!]!) continue;
    let at = held < places.length ? held++ : held - 1;
    for (; at > 0 && values[places[at - 1]!]! < values[j]!; at--) places[at] = places[at - 1]!;
    places[at] = j;
  }
}

/** M + scale · v vᵀ, in place. */
function addOuter(m: Float64Array, v: Float64Array, scale: number): void {
  for (let a = 0, at = 0; a < v.length; a++) {
    const value = scale * v[a]!;
    for (let b = 0; b < v.length; b++, at++) m[at]! += value * v[b]!;
  }
}
