/** The rotation of ITQ. Products run in ONNX Runtime, the small singular value decomposition in ml-matrix. */
import { Matrix as Dense, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { compileForward, greater, input, matmul, mean, square, sub, where } from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';

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
  const step = await compileForward({
    inputs: [v, r],
    outputs: { agreement: matmul(b, v, { transposeA: true }), loss: mean(square(sub(b, rotated))) },
    parameters: new Map(),
  });
  try {
    let rotation = randomRotation(bits, options.random);
    for (let iteration = 0; iteration < options.iterations; iteration++) {
      const { agreement, loss } = await step.run({
        v: projected.data,
        r: Float32Array.from(rotation.to1DArray()),
      });
      const decomposition = new SingularValueDecomposition(new Dense(rowsOf(agreement!.data, bits)));
      rotation = decomposition.rightSingularVectors.mmul(decomposition.leftSingularVectors.transpose());
      await options.onIteration(iteration, loss!.data[0]!);
    }
    return Float64Array.from(rotation.to1DArray());
  } finally {
    await step.dispose();
  }
}

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

const rowsOf = (data: Float32Array, cols: number): Float32Array[] =>
  Array.from({ length: data.length / cols }, (_, i) => data.subarray(i * cols, (i + 1) * cols));
