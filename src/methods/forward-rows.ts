/** Many rows through a network as it is, where no gradient is wanted. */
import type { Forward } from '../graph/index.ts';
import type { Inputs, Matrix } from './contract.ts';
import { gatherInputs } from './gather-inputs.ts';

/** Rows encoded at once. */
const CHUNK_ROWS = 512;

/** Every output `[rows, …]` of a graph whose input is called `input`, for the rows given, or for all. */
export async function forwardRows<Name extends string>(
  forward: Forward,
  inputs: Inputs,
  names: readonly Name[],
  rows: Int32Array = Int32Array.from({ length: inputs.rows }, (_, i) => i),
): Promise<Record<Name, Matrix>> {
  const parts = new Map<Name, { data: Float32Array; cols: number }>();
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const results = await forward.run({
      input: gatherInputs(inputs, rows.subarray(from, from + CHUNK_ROWS)),
    });
    for (const name of names) {
      const { data, shape } = results[name]!;
      const cols = shape[1]!;
      if (!parts.has(name)) parts.set(name, { data: new Float32Array(rows.length * cols), cols });
      parts.get(name)!.data.set(data, from * cols);
    }
  }
  const matrices = names.map((name) => [name, { ...parts.get(name)!, rows: rows.length }] as const);
  return Object.fromEntries(matrices) as Record<Name, Matrix>;
}
