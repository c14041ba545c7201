/**
 * The codes of one setting: in memory for our indexes, in a file for rivals, written piece by piece. At 10⁸ codes a copy
 * too many is what does not fit, so the array is given to `use` and let go of when it returns.
 */
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Codes } from '../../codes/index.ts';
import { throwIfAborted } from '../../errors.ts';
import { Random } from '../../random.ts';
import { type BenchData, CodeStream } from './codes.ts';
import type { RealCodes } from './real.ts';

export interface Setting {
  readonly data: BenchData;
  readonly n: number;
  readonly bits: number;
}

interface CollectionOptions {
  readonly seed: number;
  readonly queries: number;
  /** For `real` and `real-noisy`. */
  readonly real: RealCodes | undefined;
  /** Where the files for rivals go; undefined: no rival takes part. */
  readonly folder: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface CodeFiles {
  readonly codes: string;
  readonly queries: string;
}

/** Codes drawn and written at a time. */
const PIECE = 1 << 20;

export async function withCollection<T>(
  { data, n, bits }: Setting,
  { seed, queries: count, real, folder, signal }: CollectionOptions,
  use: (codes: Codes, queries: Codes) => Promise<T>,
): Promise<{ used: T; queries: Codes; files: CodeFiles | undefined }> {
  const stream = (name: 'database' | 'queries') =>
    new CodeStream(data, { bits, seed, stream: name, ...(real && { base: real[name] }) });
  const queries = data === 'real' ? some(real!.queries, count, seed) : stream('queries').take(count);
  const files = folder === undefined ? undefined : filesIn(folder);
  if (files) await writeFile(files.queries, queries.bytes);
  const used = await use(await draw(stream('database'), n, bits, files?.codes, signal), queries);
  return { used, queries, files };
}

/** Codes in a random order, again from the start when they are fewer. */
function some(codes: Codes, count: number, seed: number): Codes {
  const order = new Random(seed, 'bench real queries').permutation(codes.count);
  return codes.take(Int32Array.from({ length: count }, (_, i) => order[i % order.length]!));
}

const filesIn = (folder: string): CodeFiles => ({
  codes: join(folder, 'codes.bin'),
  queries: join(folder, 'queries.bin'),
});

async function draw(
  stream: CodeStream,
  n: number,
  bits: number,
  file: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Codes> {
  const bytes = new Uint8Array((n * bits) / 8);
  const piece = (PIECE * bits) / 8;
  const handle: FileHandle | undefined = file === undefined ? undefined : await open(file, 'w');
  try {
    for (let at = 0; at < bytes.length; at += piece) {
      throwIfAborted(signal, 'the benchmark');
      const part = bytes.subarray(at, Math.min(bytes.length, at + piece));
      stream.fill(part);
      await handle?.writeFile(part);
    }
  } finally {
    await handle?.close();
  }
  return Codes.fromBytes(bytes, { bits });
}
