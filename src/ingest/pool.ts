/**
 * An encoder of worker threads: decoding, features and networks of several batches at once, each thread with the model of
 * its own and one thread inside it. A thread that crashes is replaced; its batch fails.
 */
import { availableParallelism } from 'node:os';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { EncodeItemsOptions, Encoder, Outcome, RawItem } from './item.ts';
import type { ModelFacts } from './messages.ts';
import { Worker } from './worker.ts';

export interface PoolOptions {
  /** Threads, 1 … 256. Default: one a core. */
  readonly workers?: number;
}

export interface EncoderPool extends Encoder {
  /** Ends the threads, after what they have at hand; what waits for one is rejected. */
  close(): Promise<void>;
}

const MOST_WORKERS = 256;

/**
 * Rejects when the model cannot be loaded.
 * @throws `ARGUMENT_INVALID`, what `Model.load` throws, `ENCODER_CRASHED`
 */
export async function openEncoderPool(modelFolder: string, options: PoolOptions = {}): Promise<EncoderPool> {
  const { workers: count = availableParallelism() } = options;
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS) {
    const reason = `must be a whole number from 1 to ${MOST_WORKERS}`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'workers', reason, received: count });
  }
  return startPool(modelFolder, () => new Worker(modelFolder), count);
}

/** `start` starts a thread with the model of the folder. */
export async function startPool(
  modelFolder: string,
  start: () => Worker,
  count: number,
): Promise<EncoderPool> {
  const slots = Array.from({ length: count }, (): Slot => ({ worker: start() }));
  const started = await Promise.allSettled(slots.map(({ worker }) => worker.ready()));
  const broken = started.find((one) => one.status === 'rejected');
  if (broken) {
    await Promise.all(slots.map(({ worker }) => worker.close()));
    throw broken.reason;
  }
  const { value } = started[0] as PromiseFulfilledResult<ModelFacts>;
  return new Pool(value, slots, { start, modelFolder });
}

/** A place for a thread, which may be another one after a crash. */
interface Slot {
  worker: Worker;
}

class Pool implements EncoderPool {
  readonly fingerprint: string;
  readonly bits: number;
  readonly modalities: ModelFacts['modalities'];
  /** One more than there are threads, so that none waits for the next batch to be read. */
  readonly atOnce: number;
  readonly #again: { readonly start: () => Worker; readonly modelFolder: string };
  readonly #slots: readonly Slot[];
  readonly #free: Slot[];
  readonly #waiting: {
    readonly take: (slot: Slot) => void;
    readonly refuse: (error: UnseenError) => void;
  }[] = [];
  #closed = false;
  /** Called when a slot comes back: closing waits for all. */
  #given: () => void = () => {};

  constructor(
    { fingerprint, bits, modalities }: ModelFacts,
    slots: readonly Slot[],
    again: { readonly start: () => Worker; readonly modelFolder: string },
  ) {
    this.#again = again;
    this.fingerprint = fingerprint;
    this.bits = bits;
    this.modalities = modalities;
    this.atOnce = slots.length + 1;
    this.#slots = slots;
    this.#free = [...slots];
  }

  async encode(
    items: readonly RawItem[],
    { signal, ...options }: EncodeItemsOptions = {},
  ): Promise<Outcome[]> {
    throwIfAborted(signal, 'encoding');
    const slot = await this.#take();
    const work = async (): Promise<Outcome[]> => {
      try {
        throwIfAborted(signal, 'encoding');
        await this.#revive(slot);
        return await slot.worker.encode(items, options);
      } finally {
        this.#give(slot);
      }
    };
    // The thread goes on to the end of its batch; whoever asked need not wait for it.
    return signal ? orAborted(work(), signal) : work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(closed());
    while (this.#free.length < this.#slots.length)
      await new Promise<void>((resolve) => {
        this.#given = resolve;
      });
    await Promise.all(this.#slots.map(({ worker }) => worker.close()));
  }

  #take(): Promise<Slot> {
    if (this.#closed) return Promise.reject(closed());
    const slot = this.#free.pop();
    if (slot) return Promise.resolve(slot);
    return new Promise((take, refuse) => this.#waiting.push({ take, refuse }));
  }

  #give(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) next.take(slot);
    else this.#free.push(slot);
    this.#given();
  }

  async #revive(slot: Slot): Promise<void> {
    if (slot.worker.alive) return;
    slot.worker = this.#again.start();
    const { fingerprint } = await slot.worker.ready();
    if (fingerprint === this.fingerprint) return;
    throw new UnseenError('CODES_OTHER_MODEL', {
      file: this.#again.modelFolder,
      expected: this.fingerprint.slice(0, 12),
      received: fingerprint.slice(0, 12),
    });
  }
}

const closed = (): UnseenError =>
  new UnseenError('ABORTED', { during: 'encoding', kept: 'The encoder was closed.' });

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const values = { during: 'encoding', kept: 'Nothing was returned.' };
      reject(new UnseenError('ABORTED', values, { cause: signal.reason }));
    };
    signal.addEventListener('abort', stop, { once: true });
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
  });
}
