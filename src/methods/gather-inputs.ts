/** The inputs of a batch as a network takes them; pictures can be varied a little on the way. */
import type { Random } from '../random.ts';
import type { Inputs } from './contract.ts';

/** Pictures move by at most this share of their side, and half of them are mirrored. */
const MAX_SHIFT = 1 / 8;

/** The inputs of `rows`, as one feed; pixels are augmented when `random` is given. */
export function gatherInputs(
  inputs: Inputs,
  rows: ArrayLike<number>,
  random?: Random,
): Float32Array | Uint8Array {
  if ('side' in inputs) return gatherPixels(inputs.data, inputs.side, rows, random);
  const { data, cols } = inputs;
  const out = new Float32Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++)
    out.set(data.subarray(rows[i]! * cols, (rows[i]! + 1) * cols), i * cols);
  return out;
}

function gatherPixels(data: Uint8Array, side: number, rows: ArrayLike<number>, random?: Random): Uint8Array {
  const size = side * side * 3;
  const out = new Uint8Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const picture = data.subarray(rows[i]! * size, (rows[i]! + 1) * size);
    if (random) augment(picture, side, out.subarray(i * size, (i + 1) * size), random);
    else out.set(picture, i * size);
  }
  return out;
}

/** A random shift (the border repeats) and a mirror image half of the time. */
function augment(picture: Uint8Array, side: number, out: Uint8Array, random: Random): void {
  const reach = Math.floor(side * MAX_SHIFT);
  const dx = random.below(2 * reach + 1) - reach;
  const dy = random.below(2 * reach + 1) - reach;
  const mirrored = random.below(2) === 1;
  const clamp = (at: number): number => Math.max(0, Math.min(side - 1, at));
  for (let y = 0, at = 0; y < side; y++) {
    const row = clamp(y + dy) * side;
    for (let x = 0; x < side; x++, at += 3) {
      const from = (row + clamp((mirrored ? side - 1 - x : x) + dx)) * 3;
      out[at] = picture[from]!;
      out[at + 1] = picture[from + 1]!;
      out[at + 2] = picture[from + 2]!;
    }
  }
}
