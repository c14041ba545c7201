/** One thread of an encoder pool, as the pool sees it: one batch at a time. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import { UnseenError } from '../errors.ts';
import { fromMessage } from '../evaluate/runner/messages.ts';
import type { EncodeItemsOptions, Outcome, RawItem } from './item.ts';
import type { FromWorker, ModelFacts, OutcomeMessage, ToWorker, WorkerData } from './messages.ts';

/** Milliseconds that a thread has for its last batch, once it was asked to end. */
const LAST_BATCH = 30_000;

/** Beside this file; where this file is a source (under tests), the built one: a thread of Node 20 runs no TypeScript. */
function mainFile(): URL {
  const built = new URL('worker-main.js', import.meta.url);
  return existsSync(fileURLToPath(built))
    ? built
    : new URL('../../dist/ingest/worker-main.js', import.meta.url);
}

interface Asked {
  readonly what: string;
  readonly resolve: (message: Exclude<FromWorker, { kind: 'failed' }>) => void;
  readonly reject: (error: UnseenError) => void;
}

export class Worker {
  readonly #thread: Thread;
  readonly #ended: Promise<void>;
  #asked: Asked | undefined;
  #end: string | undefined;

  constructor(modelFolder: string, main: URL = mainFile()) {
    this.#thread = new Thread(main, { workerData: { modelFolder } satisfies WorkerData });
    this.#thread.on('message', (message: FromWorker) => this.#hear(message));
    this.#thread.on('error', (error) => this.#gone(error.message));
    this.#ended = new Promise((resolve) => {
      this.#thread.on('exit', (status) => {
        this.#gone(`exit status ${status}`);
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /** The model, once the thread has it. @throws what loading a model throws, `ENCODER_CRASHED` */
  async ready(): Promise<ModelFacts> {
    const answer = await this.#ask('the model');
    return (answer as Extract<FromWorker, { kind: 'ready' }>).model;
  }

  /** @throws as `Encoder.encode` */
  async encode(items: readonly RawItem[], options: Omit<EncodeItemsOptions, 'signal'>): Promise<Outcome[]> {
    const first = items.slice(0, 3).map(({ where, id }) => where ?? id);
    const more = items.length > first.length ? ` and ${items.length - first.length} more` : '';
    // A view of a part of a larger buffer would take all of it along.
    const own = items.map((item) =>
      item.picture ? { ...item, picture: new Uint8Array(item.picture) } : item,
    );
    const buffers = own.flatMap(({ picture }) => (picture ? [picture.buffer as ArrayBuffer] : []));
    const answer = await this.#ask(
      `${first.join(', ')}${more}`,
      { kind: 'encode', items: own, options },
      buffers,
    );
    return (answer as Extract<FromWorker, { kind: 'done' }>).outcomes.map(outcomeOf);
  }

  /** Ends the thread after the batch at hand; at once if that takes too long. */
  async close(): Promise<void> {
    const tooLong = setTimeout(() => void this.#thread.terminate(), LAST_BATCH);
    this.#thread.postMessage({ kind: 'end' } satisfies ToWorker);
    await this.#ended;
    clearTimeout(tooLong);
  }

  #ask(
    what: string,
    message?: ToWorker,
    buffers: readonly ArrayBuffer[] = [],
  ): Promise<Exclude<FromWorker, { kind: 'failed' }>> {
    return new Promise((resolve, reject) => {
      this.#asked = { what, resolve, reject };
      if (this.#end !== undefined) this.#gone(this.#end);
      else if (message) this.#thread.postMessage(message, buffers);
    });
  }

  #hear(message: FromWorker): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (message.kind === 'failed') asked?.reject(fromMessage(message.error));
    else asked?.resolve(message);
  }

  #gone(how: string): void {
    this.#end ??= how;
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.reject(new UnseenError('ENCODER_CRASHED', { reason: this.#end, items: asked.what }));
  }
}

const outcomeOf = (message: OutcomeMessage): Outcome =>
  message.status === 'ready' ? message : { ...message, error: fromMessage(message.error) };
