/** Search threads, shared by all indexes of a process: started when first used, and idle ones do not keep it alive. */
import { UnseenError } from '../../errors.ts';
import type { KernelMemory } from '../kernels/memory.ts';
import { spawn, type Thread } from './spawn.ts';
import type { FindJob, FindReply, ScanJob, ScanReply, ThreadReply } from './thread-main.ts';

/** The answer to a job of each kind. */
interface Replies {
  readonly scan: ScanReply;
  readonly find: FindReply;
}
type Job = ScanJob | FindJob;
type Unnamed<J> = J extends Job ? Omit<J, 'key' | 'job'> : never;

interface Waiting {
  readonly resolve: (reply: ScanReply | FindReply) => void;
  readonly reject: (error: unknown) => void;
}

class PoolThread {
  readonly #thread: Thread;
  readonly #waiting = new Map<number, Waiting>();
  readonly #attached = new Set<number>();
  /** Resolves to whether the thread runs. */
  readonly ready: Promise<boolean>;

  constructor() {
    let settle: (runs: boolean) => void;
    this.ready = new Promise((resolve) => {
      settle = resolve;
    });
    const message = (reply: ThreadReply): void => {
      if ('ready' in reply) settle(true);
      else this.#settle(reply);
    };
    const failed = (reason: string): void => {
      settle(false);
      for (const job of [...this.#waiting.keys()]) this.#settle({ job, error: reason });
    };
    this.#thread = spawn({ message, failed });
    this.#thread.hold(true); // until it is ready
    void this.ready.then(() => this.#release());
  }

  run<J extends Job>(memory: KernelMemory, job: Unnamed<J>): Promise<Replies[J['op']]> {
    const key = keyOf(memory);
    if (!this.#attached.has(key)) {
      this.#attached.add(key);
      this.#thread.post({ op: 'attach', key, module: memory.module, memory: memory.memory });
    }
    const id = nextJob++;
    const answer = new Promise<ScanReply | FindReply>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject }),
    );
    this.#thread.hold(true);
    this.#thread.post({ ...(job as Job), key, job: id });
    return answer as Promise<Replies[J['op']]>;
  }

  detach(key: number): void {
    if (this.#attached.delete(key)) this.#thread.post({ op: 'detach', key });
  }

  #settle(reply: Exclude<ThreadReply, { ready: true }>): void {
    const waiting = this.#waiting.get(reply.job);
    this.#waiting.delete(reply.job);
    this.#release();
    if ('error' in reply)
      waiting?.reject(new UnseenError('INTERNAL', { reason: `a search thread: ${reply.error}` }));
    else waiting?.resolve(reply);
  }

  #release(): void {
    if (this.#waiting.size === 0) this.#thread.hold(false);
  }
}

let nextJob = 1;
let nextKey = 1;
const threads: PoolThread[] = [];
/** Set when a thread could not be started: then all searches use one. */
let refused = false;
const keys = new WeakMap<KernelMemory, number>();
const dropped = new FinalizationRegistry<number>((key) => {
  for (const thread of threads) thread.detach(key);
});

/** So many running threads at most, beside the caller's; fewer, or none, where they cannot be had. */
export async function poolThreads(wanted: number): Promise<readonly PoolThread[]> {
  try {
    while (!refused && threads.length < wanted) threads.push(new PoolThread());
  } catch {
    refused = true;
  }
  const some = threads.slice(0, wanted);
  const runs = await Promise.all(some.map(({ ready }) => ready));
  return some.filter((_, i) => runs[i]);
}

/** Name of a memory among the threads; they forget it when the memory is dropped or let go. */
function keyOf(memory: KernelMemory): number {
  let key = keys.get(memory);
  if (key === undefined) {
    key = nextKey++;
    keys.set(memory, key);
    dropped.register(memory, key);
  }
  return key;
}

export function letGo(memory: KernelMemory): void {
  const key = keys.get(memory);
  if (key !== undefined) for (const thread of threads) thread.detach(key);
}
