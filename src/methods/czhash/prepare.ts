/**
 * What both the similarity space and the networks see of a modality's items: counts and histograms are square-rooted
 * (Hellinger's kernel: a few large bins no longer drown the others), columns are centred, rows get length √d.
 */
import { constant, l2Normalize, mul, relu, sqrt, sub, type Tensor } from '../../graph/index.ts';
import type { Inputs, Matrix } from '../contract.ts';
import { normaliseRows } from '../dense.ts';
import { floatRows, meanRow } from '../projection.ts';

export interface Prepared {
  /** `[items, d]`: columns of mean 0 before rows got length √d. Pixels are flattened here; networks see them as they are. */
  readonly rows: Matrix;
  /** The same as part of a graph: features `[n, d]` → `[n, d]`. */
  apply(x: Tensor): Tensor;
}

export function prepare(inputs: Inputs): Prepared {
  const raw = floatRows(inputs);
  const { cols } = raw;
  const counts = raw.data.every((value) => value >= 0);
  const data = counts ? raw.data.map(Math.sqrt) : raw.data.slice();
  const mean = meanRow({ ...raw, data });
  for (let i = 0; i < data.length; i++) data[i]! -= mean[i % cols]!;
  const scale = Math.sqrt(cols);
  const rows = normaliseRows({ ...raw, data });
  for (let i = 0; i < data.length; i++) data[i]! *= scale;
  return {
    rows,
    apply: (x) => mul(l2Normalize(sub(counts ? sqrt(relu(x)) : x, constant(mean, [1, cols]))), scale),
  };
}
