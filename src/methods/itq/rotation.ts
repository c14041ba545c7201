/**
 * The rotation of ITQ. A round is one graph in ONNX Runtime: B = sign(V R), M = Bᵀ V, and the polar factor of M, which is
 * the S Ŝᵀ of M = S Ω Ŝᵀ.
 */
import { Matrix as Dense, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import {
  abs,
  compileForward,
  constant,
  div,
  greater,
  input,
  matmul,
  max,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';

/**
 * Newton–Schulz steps for the polar factor: each multiplies a small singular value by 1.5, so 60 bring up whatever float32
 * holds, and cost a tenth of a decomposition.
 */
const POLAR_STEPS = 60;
/** Largest entry of XᵀX − I that counts as orthogonal in float32; beyond it the decomposition takes over. */
const ORTHOGONAL = 1e-4;

export interface RotationOptions {
  readonly iterations: number;
  readonly random: Random;
  /** `loss` is the mean of (B − V R)² over all entries, in units of the projected data. */
  readonly onIteration: (iteration: number, loss: number) => Promise<void>;
}

/** Row-major `[bits, bits]` orthogonal R for projected, centred rows V `[n, bits]`. The loss never rises. */
export async function quantizingRotation(projected: Matrix, options: RotationOptions): Promise<Float64Array> {
  const bits = projected.cols;
  const v = input('v', ['rows', bits]);
  const r = input('r', [bits, bits]);
  const rotated = matmul(v, r);
  const b = where(greater(rotated, 0), 1, -1);
  const agreement = matmul(b, v, { transposeA: true });
  const polar = polarFactor(agreement);
  const step = await compileForward({
    inputs: [v, r],
    outputs: {
      agreement,
      rotation: transpose(polar),
      error: max(abs(sub(matmul(polar, polar, { transposeA: true }), identity(bits)))),
      loss: mean(square(sub(b, rotated))),
    },
    parameters: new Map(),
  });
  try {
    let rotation = Float32Array.from(randomRotation(bits, options.random).to1DArray());
    let last = rotation;
    for (let iteration = 0; iteration < options.iterations; iteration++) {
      const result = await step.run({ v: projected.data, r: rotation });
      last = result.agreement!.data as Float32Array<ArrayBuffer>;
      rotation =
        result.error!.data[0]! <= ORTHOGONAL
          ? (result.rotation!.data as Float32Array<ArrayBuffer>)
          : Float32Array.from(exactRotation(last, bits));
      await options.onIteration(iteration, result.loss!.data[0]!);
    }
    return exactRotation(last, bits);
  } finally {
    await step.dispose();
  }
}

/** Orthogonal factor of a square matrix by Newton–Schulz: X ← 1.5 X − 0.5 X XᵀX from X = M / ‖M‖_F. */
function polarFactor(m: Tensor): Tensor {
  let x = div(m, sqrt(sum(square(m))));
  for (let i = 0; i < POLAR_STEPS; i++) {
    x = sub(mul(x, 1.5), mul(matmul(x, matmul(x, x, { transposeA: true })), 0.5));
  }
  return x;
}

/** R = Ŝ Sᵀ in float64, from the decomposition itself. */
function exactRotation(agreement: Float32Array, bits: number): Float64Array {
  const rows = Array.from({ length: bits }, (_, i) => agreement.subarray(i * bits, (i + 1) * bits));
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(new Dense(rows));
  return Float64Array.from(rightSingularVectors.mmul(leftSingularVectors.transpose()).to1DArray());
}

const identity = (size: number): Tensor =>
  constant(
    Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    [size, size],
  );

/** Uniform over all rotations: the QR factor of a normal matrix (Mezzadri 2007, with the signs of R's diagonal). */
function randomRotation(bits: number, random: Random): Dense {
  const normal = Dense.zeros(bits, bits);
  for (let i = 0; i < bits; i++) for (let j = 0; j < bits; j++) normal.set(i, j, random.normal());
  const qr = new QrDecomposition(normal);
  const q = qr.orthogonalMatrix;
  const triangle = qr.upperTriangularMatrix;
  for (let j = 0; j < bits; j++) if (triangle.get(j, j) < 0) q.mulColumn(j, -1);
  return q;
}

/** Weights `[d, bits]` times a rotation `[bits, bits]`, row-major, summed in float64. */
export function rotateWeights(weights: Float32Array, rotation: Float64Array, bits: number): Float32Array {
  const out = new Float32Array(weights.length);
  const sums = new Float64Array(bits);
  for (let i = 0; i < weights.length; i += bits) {
    sums.fill(0);
    for (let k = 0; k < bits; k++) {
      const weight = weights[i + k]!;
      for (let j = 0; j < bits; j++) sums[j]! += weight * rotation[k * bits + j]!;
    }
    out.set(sums, i);
  }
  return out;
}
