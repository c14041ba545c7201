/**
 * The composite similarity through categories. Categories are the labelled classes and prototypes of the unlabelled
 * instances; q_ik says how much instance i belongs to category k, and s_ij = Σ_k q_ik q_jk. So n × n similarities are never
 * built: memory is n × categories.
 *
 * Labelled: q is shared by its classes. Unlabelled: q minimises
 *   κ [ Σ_k q_k (1 − cos(z, c_k)) / τ + Σ_k q_k log q_k ] − Σ_m Σ_k q_k log p_mk,
 * p_m what modality m's network says, which gives q_k ∝ exp(cos(z, c_k)/τ + Σ_m log p_mk / κ). Reconstruction.
 */
import { takeRows } from '../../data/index.ts';
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { groupMeans, normaliseRows, product, rowOf } from '../dense.ts';
import { type Assignment, movedPrototypes, refinePrototypes, spreadPrototypes } from '../prototypes.ts';
import { softmaxRow } from './simplex.ts';

/** Starts of k-means; the one whose instances lie nearest to their prototypes wins. */
const STARTS = 4;
/** Instances that prototypes are sought among. */
const MAX_SOUGHT = 20_000;

/**
 * Prototypes, unit rows, of unit rows `[n, d]`: the best of several starts, `[count at most, d]`, or refined from `previous`
 * centres `[count, d]`, which keep their numbers: one that lost its instances stays where it was.
 */
export async function findPrototypes(
  space: Matrix,
  count: number,
  random: Random,
  options: { readonly previous?: Matrix | undefined; readonly threads?: number | undefined } = {},
): Promise<Matrix> {
  const { previous, threads } = options;
  const stride = Math.ceil(space.rows / MAX_SOUGHT);
  const rows = Int32Array.from({ length: Math.ceil(space.rows / stride) }, (_, i) => i * stride);
  const sought = stride === 1 ? space : takeRows(space, rows);
  let best: Assignment | undefined;
  for (let start = 0; start < (previous ? 1 : STARTS); start++) {
    const first = previous ?? spreadPrototypes(sought, count, random);
    const found = await refinePrototypes(sought, first, threads);
    if (!best || found.misfit < best.misfit) best = found;
  }
  const { classOf } = best!;
  if (previous) return normaliseRows(movedPrototypes(sought, classOf, previous));
  const alive = [...new Set(classOf)].sort((a, b) => a - b);
  return normaliseRows(takeRows(groupMeans(sought, classOf, count), alive));
}

export interface MembershipOptions {
  readonly temperature: number;
  readonly threads?: number | undefined;
  /** Σ_m log p_mk `[n, categories]` and κ. */
  readonly evidence?: { readonly logs: Matrix; readonly fidelity: number };
}

/** q `[n, categories]` of unit rows `[n, d]` against unit centres `[categories, d]`. */
export async function memberships(
  space: Matrix,
  centres: Matrix,
  { temperature, threads, evidence }: MembershipOptions,
): Promise<Matrix> {
  const q = await product(space, centres, { transposeB: true, threads });
  for (let i = 0; i < q.rows; i++) {
    const row = rowOf(q, i);
    for (let k = 0; k < row.length; k++) {
      row[k]! /= temperature;
      if (evidence) row[k]! += evidence.logs.data[i * q.cols + k]! / evidence.fidelity;
    }
    softmaxRow(row);
  }
  return q;
}

/** F = mean over rows of Σ_k q_k (1 − cos(z, c_k)) / τ + Σ_k q_k log q_k; smallest for `memberships` without evidence. */
export async function freeEnergy(
  q: Matrix,
  space: Matrix,
  centres: Matrix,
  temperature: number,
): Promise<number> {
  const cosines = await product(space, centres, { transposeB: true });
  let total = 0;
  for (let i = 0; i < q.data.length; i++) {
    const share = q.data[i]!;
    if (share > 0) total += share * ((1 - cosines.data[i]!) / temperature + Math.log(share));
  }
  return total / q.rows;
}
