/** Batches of the two streams: which rows. */
import type { Random } from '../random.ts';
import type { TrainingSet } from './contract.ts';

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
