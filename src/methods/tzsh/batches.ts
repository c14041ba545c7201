/** Batches of the two streams: which rows, and their inputs as the network takes them. */
import type { Random } from '../../random.ts';
import type { Inputs, TrainingSet } from '../contract.ts';

/** `[n]` labels of the source, counting seen classes instead of all: 0 … seen − 1. */
export function seenLabels({ source, seen }: TrainingSet): Int32Array {
  const place = new Map(Array.from(seen, (c, i) => [c, i]));
  return source.labels.map((label) => place.get(label)!);
}

/** Source rows: random classes, `perClass` random items of each, so that every batch has positives. */
export function sourceSampler(
  labels: Int32Array,
  classes: number,
  random: Random,
  { batch, perClass }: { readonly batch: number; readonly perClass: number },
): () => Int32Array {
  const members: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, row) => {
    members[label]!.push(row);
  });
  const present = members.filter((rows) => rows.length > 0);
  let queue: number[][] = [];
  return () => {
    const rows = new Int32Array(batch);
    for (let at = 0; at < batch; ) {
      // Classes in random order without repeats until all had their turn.
      if (queue.length === 0) queue = random.shuffle([...present]);
      const own = queue.pop()!;
      for (let i = 0; i < perClass && at < batch; i++) rows[at++] = own[random.below(own.length)]!;
    }
    return rows;
  };
}

/** Random rows of a list, with replacement. */
export const randomRows = (list: Int32Array, count: number, random: Random): Int32Array =>
  Int32Array.from({ length: count }, () => list[random.below(list.length)]!);

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
