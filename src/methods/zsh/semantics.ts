/**
 * The targets of ZSH: embeddings of the training rows' classes, less their mean over the rows, in an orthonormal basis of
 * their span and scaled to a mean square norm of 1.
 *
 * The paper gives Y as vectors of the semantic space as they are. Word vectors have a large part that all classes share and
 * that parts none of them: the mean goes. Neither the basis nor a rotation changes the problem (`rotation.ts`); the basis
 * keeps R small, since classes span no more directions than there are classes. The scale lets ν mean what it means in SDH.
 */
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import type { Dense } from '../discrete-hashing.ts';

/** Length, relative to the longest embedding, below which what is left of one is rounding. */
const NOTHING = 1e-5;

/**
 * `[classes, dims]`, dims ≥ 1.
 * @param embeddings of all classes
 * @param present which of them rows have
 * @param counts rows of each of `present`
 */
export function semanticTargets(embeddings: Matrix, present: readonly number[], counts: Float64Array): Dense {
  const a = embeddings.cols;
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = new Float64Array(a);
  present.forEach((label, c) => {
    const row = rowOf(embeddings, label);
    for (let j = 0; j < a; j++) mean[j]! += (counts[c]! * row[j]!) / rows;
  });
  const centred = present.map((label) => Float64Array.from(rowOf(embeddings, label), (x, j) => x - mean[j]!));
  const basis = orthonormalBasis(centred);
  // One class alone, or classes with one embedding: a single direction in which all are 0.
  const cols = Math.max(1, basis.length);
  const data = new Float64Array(present.length * cols);
  let energy = 0;
  centred.forEach((vector, c) => {
    basis.forEach((direction, j) => {
      const value = dot(vector, direction);
      data[c * cols + j] = value;
      energy += (counts[c]! / rows) * value * value;
    });
  });
  const scale = energy > 0 ? 1 / Math.sqrt(energy) : 1;
  return { data: data.map((value) => value * scale), cols };
}

/** Gram–Schmidt, the longest remainder next, twice for its rounding. */
function orthonormalBasis(vectors: readonly Float64Array[]): Float64Array[] {
  const rest = vectors.map((vector) => vector.slice());
  const basis: Float64Array[] = [];
  const longest = Math.max(...rest.map((vector) => dot(vector, vector)));
  const most = Math.min(vectors.length, vectors[0]!.length);
  while (basis.length < most) {
    const lengths = rest.map((vector) => dot(vector, vector));
    const best = lengths.indexOf(Math.max(...lengths));
    const direction = rest[best]!.slice();
    for (const other of basis) subtract(direction, other);
    const length = Math.sqrt(dot(direction, direction));
    if (!(length > NOTHING * Math.sqrt(longest))) break;
    for (let j = 0; j < direction.length; j++) direction[j]! /= length;
    basis.push(direction);
    for (const vector of rest) subtract(vector, direction);
  }
  return basis;
}

/** Takes the part along a unit direction off a vector, in place. */
function subtract(vector: Float64Array, direction: Float64Array): void {
  const share = dot(vector, direction);
  for (let j = 0; j < vector.length; j++) vector[j]! -= share * direction[j]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
