/** Long work in the background, and how far it is. In memory: a job ends with the service, and leaves things as they were. */
import { randomUUID } from 'node:crypto';
import { UnseenError } from '../errors.ts';
import type { Job } from './api/collections.ts';
import { itemProblemOf } from './http/problems.ts';

/** Jobs that are over stay to be asked for; the oldest go first. */
const MAX_KEPT = 1_000;

export interface Progress {
  readonly done: number;
  readonly total: number;
}

type Work = (tools: {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}) => Promise<void>;

export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #failed: (error: unknown, job: Job) => void;

  /** `failed` hears what went wrong, for the log. */
  constructor(failed: (error: unknown, job: Job) => void) {
    this.#failed = failed;
  }

  /** One job of a kind for a collection. @throws `COLLECTION_BUSY` */
  start(kind: Job['kind'], collection: string, work: Work): Job {
    this.checkIdle(collection);
    const id = randomUUID();
    const job: Job = { id, kind, collection, state: 'running', done: 0, total: 0 };
    this.#jobs.set(id, job);
    this.#forget();
    const onProgress = ({ done, total }: Progress): void => {
      job.done = done;
      job.total = total;
    };
    const run = work({ signal: this.#stop.signal, onProgress }).then(
      () => {
        job.state = 'done';
      },
      (error) => {
        job.state = 'failed';
        job.error = itemProblemOf(error);
        this.#failed(error, job);
      },
    );
    this.#running.set(
      id,
      run.finally(() => this.#running.delete(id)),
    );
    return job;
  }

  /** @throws `COLLECTION_BUSY` while a job works on the collection */
  checkIdle(collection: string): void {
    for (const { id, state, collection: name } of this.#jobs.values())
      if (name === collection && state === 'running')
        throw new UnseenError('COLLECTION_BUSY', { name, job: id });
  }

  /** @throws `JOB_UNKNOWN` */
  get(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw new UnseenError('JOB_UNKNOWN', { received: id });
    return job;
  }

  /** Stops what runs and waits until it has. */
  async close(): Promise<void> {
    this.#stop.abort(new UnseenError('SERVICE_STOPPING', {}));
    await Promise.all(this.#running.values());
  }

  #forget(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= MAX_KEPT) return;
      if (state !== 'running') this.#jobs.delete(id);
    }
  }
}
