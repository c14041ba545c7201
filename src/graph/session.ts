/** ONNX Runtime sessions, and what goes in and out of them. Sequential execution and fixed threads: same bits every run. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { UnseenError } from '../errors.ts';
import { STOP } from './emit.ts';
import type { Dim } from './shape.ts';
import { showShape } from './shape.ts';
import type { DType, Tensor, TypedArray } from './tensor.ts';
import { defaultThreads } from './threads.ts';

export interface SessionOptions {
  /** Threads inside one operation; default: what `setDefaultThreads` said, else all cores. The result may differ in the last bits between thread counts. */
  readonly threads?: number;
}

/** What a run takes for an input: numbers for scalars, arrays in row-major order for the rest. */
export type Feed = number | TypedArray | readonly number[];

export async function openSession(
  model: Uint8Array,
  { threads = defaultThreads() ?? availableParallelism() }: SessionOptions,
): Promise<ort.InferenceSession> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'threads',
      reason: 'must be an integer ≥ 1',
      received: threads,
    });
  }
  return await engine('loading the graph', () =>
    ort.InferenceSession.create(model, {
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }),
  );
}

/**
 * Runs a session that was made by `emitStep` so that its results are left in the tensors of `fetches`.
 *
 * ONNX Runtime does write there, but its Node binding (1.30) then copies every output once more into a new array, a
 * quarter of the time of a training step with two million parameters. The binding refuses to return sequences, and
 * does so only after the computation, at the first one: an empty sequence as the first output ends its copying.
 */
export async function runInPlace(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, ort.Tensor>>,
  fetches: Readonly<Record<string, ort.Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { [STOP]: null, ...fetches });
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('Non tensor type'))) throw error;
  }
}

/** Turns what ONNX Runtime throws into this project's error. */
export async function engine<T>(during: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnseenError('ENGINE_FAILED', { during, reason }, { cause });
  }
}

/** Checks and wraps all feeds of a run; one name of a dimension has one size. Arrays of the right type are not copied. */
export function bindFeeds(
  inputs: readonly Tensor[],
  feeds: Readonly<Record<string, Feed>>,
): Record<string, ort.Tensor> {
  const sizes = new Map<string, number>();
  const bound: Record<string, ort.Tensor> = {};
  for (const tensor of inputs) {
    const name = inputName(tensor);
    const feed = feeds[name];
    if (feed === undefined) throw badFeed(name, 'nothing is fed', feed);
    const data = toArray(name, tensor.dtype, feed);
    bound[name] = new ort.Tensor(
      tensor.dtype,
      data as Float32Array,
      resolve(name, tensor.shape, data.length, sizes),
    );
  }
  for (const name of Object.keys(feeds)) {
    if (!(name in bound))
      throw badFeed(name, `is not an input; inputs are ${Object.keys(bound).join(', ') || 'none'}`, name);
  }
  return bound;
}

export function inputName(tensor: Tensor): string {
  if (tensor.origin.kind === 'input') return tensor.origin.name;
  throw new UnseenError('GRAPH_INVALID', {
    operation: 'graph',
    reason: 'an entry of inputs was not made by input()',
  });
}

const badFeed = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name: `input "${name}"`, reason, received });

const CONSTRUCTORS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
};

function toArray(name: string, dtype: DType, feed: Feed): TypedArray {
  const Constructor = CONSTRUCTORS[dtype];
  if (feed instanceof Constructor) return feed;
  const numbers = typeof feed === 'number' ? [feed] : feed;
  if (!ArrayBuffer.isView(numbers) && !Array.isArray(numbers))
    throw badFeed(name, `expects ${dtype} numbers`, typeof feed);
  if (numbers instanceof BigInt64Array) throw badFeed(name, `expects ${dtype} numbers`, 'int64 numbers');
  if (dtype === 'int64') return BigInt64Array.from(numbers as readonly number[], BigInt);
  if (ArrayBuffer.isView(numbers))
    throw badFeed(name, `expects ${Constructor.name}`, numbers.constructor.name);
  return (Constructor as Float32ArrayConstructor).from(numbers as readonly number[]);
}

/** The sizes of a feed of `length` elements; at most one dimension may be new. */
function resolve(name: string, shape: readonly Dim[], length: number, sizes: Map<string, number>): number[] {
  let known = 1;
  let open: string | undefined;
  for (const dim of shape) {
    const size = typeof dim === 'number' ? dim : sizes.get(dim);
    if (size !== undefined) known *= size;
    else if (open === undefined) open = dim as string;
    else throw badFeed(name, `two dimensions of ${showShape(shape)} are open`, length);
  }
  if (open !== undefined && length > 0 && length % known === 0) sizes.set(open, length / known);
  else if (open !== undefined || known !== length) {
    throw badFeed(name, `shape ${showShape(shape)} does not hold that many numbers`, length);
  }
  return shape.map((dim) => (typeof dim === 'number' ? dim : sizes.get(dim)!));
}
