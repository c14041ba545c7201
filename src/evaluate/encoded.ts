/** Codes of every row that an evaluation asks or searches: each modality once, whatever number of tasks it takes part in. */
import type { Codes } from '../codes/index.ts';
import type { Dataset, ModalityName, Split } from '../data/index.ts';
import type { Model } from '../model/index.ts';
import { inputsOf, rowsWith, seenQueries } from './rows.ts';
import { sidesOf, type Task } from './tasks.ts';

export interface Encoded {
  /** The codes of the given rows, each with an item of the modality. */
  readonly of: (rows: readonly number[]) => Codes;
  readonly count: number;
  readonly seconds: number;
}

export async function encodeRows(
  model: Model,
  data: Dataset,
  split: Split,
  tasks: readonly Task[],
  { signal, onDone }: { readonly signal?: AbortSignal; readonly onDone: (share: number) => void },
): Promise<Map<ModalityName, Encoded>> {
  const searched = split.unseen.length > 0 ? [...split.database, ...split.train] : split.database;
  const needed = [...split.query, ...searched, ...seenQueries(data, split)];
  const wanted = [...new Set(needed)];
  const names = [...new Set(tasks.flatMap(sidesOf))];
  const encoded = new Map<ModalityName, Encoded>();
  for (const [i, name] of names.entries()) {
    const rows = rowsWith(data, name, wanted);
    const start = performance.now();
    const codes = await model.encode(name, inputsOf(model, data, name, rows), {
      ...(signal && { signal }),
      onProgress: ({ done, total }) => onDone((i + done / total) / names.length),
    });
    const seconds = (performance.now() - start) / 1000;
    const place = new Map(rows.map((row, at) => [row, at]));
    const of = (some: readonly number[]): Codes => codes.take(some.map((row) => place.get(row)!));
    encoded.set(name, { of, count: codes.count, seconds });
  }
  return encoded;
}
