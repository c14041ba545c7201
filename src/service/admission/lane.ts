/**
 * How much is taken on at once: a bounded number of requests run, a bounded number wait in their order, the rest is told
 * to come back. Saying no costs nothing, so that a flood does not slow the work that was taken on.
 */
import { UnseenError } from '../../errors.ts';

export interface LaneSize {
  readonly running: number;
  readonly waiting: number;
}

export class Lane {
  readonly name: string;
  readonly #size: LaneSize;
  #running = 0;
  /** Begins the work of each. */
  readonly #queue: (() => void)[] = [];

  constructor(name: string, size: LaneSize) {
    this.name = name;
    this.#size = size;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Where there is none, the body of a request need not be read. */
  get hasRoom(): boolean {
    return this.#running < this.#size.running || this.waiting < this.#size.waiting;
  }

  /** Undefined: go on at once. `leave` must be called once when the work is over. @throws `SERVICE_BUSY`; the signal's reason */
  enter(signal: AbortSignal): Promise<void> | undefined {
    if (this.#running < this.#size.running) {
      this.#running++;
      return undefined;
    }
    if (!this.hasRoom) throw new UnseenError('SERVICE_BUSY', { lane: this.name });
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', quit);
        resolve();
      };
      const quit = (): void => {
        this.#queue.splice(this.#queue.indexOf(start), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', quit, { once: true });
      this.#queue.push(start);
    });
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next)
      next(); // takes the place that becomes free
    else this.#running--;
  }
}
