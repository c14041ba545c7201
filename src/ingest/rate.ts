/** How fast it goes now, and how long it will take. */

/** Milliseconds that count as now. */
const WINDOW = 10_000;

export interface IngestProgress {
  /** Items that were dealt with, whatever became of them; those that were added are durable. */
  readonly done: number;
  /** Absent where the source does not know. */
  readonly total?: number;
  /** Items a second, over the last ten seconds. */
  readonly rate: number;
  readonly secondsLeft?: number;
}

export class RateMeter {
  readonly #total: number | undefined;
  readonly #now: () => number;
  readonly #seen: { readonly at: number; readonly done: number }[];

  constructor(total: number | undefined, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#now = now;
    this.#seen = [{ at: now(), done: 0 }];
  }

  at(done: number): IngestProgress {
    const now = this.#now();
    while (this.#seen.length > 1 && this.#seen[1]!.at < now - WINDOW) this.#seen.shift();
    const first = this.#seen[0]!;
    this.#seen.push({ at: now, done });
    const rate = now > first.at ? (1000 * (done - first.done)) / (now - first.at) : 0;
    const left = this.#total !== undefined && rate > 0 ? (this.#total - done) / rate : undefined;
    return {
      done,
      ...(this.#total !== undefined && { total: this.#total }),
      rate,
      ...(left !== undefined && { secondsLeft: Math.max(0, left) }),
    };
  }
}
