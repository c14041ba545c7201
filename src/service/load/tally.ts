/** What came of requests: counts by status, latencies of those that succeeded. Parts of a measurement add up. */
import { Latencies, type LatencySummary } from './latencies.ts';

export interface Outcome {
  readonly seconds: number;
  /** Answered with 2xx, a second. */
  readonly goodput: number;
  /** Requests a second that were due; absent where each waits for the answer before. */
  readonly rate?: number;
  /** How many requests got which status; 0: the connection ended. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of 2xx, from the moment a request was due: waiting for a free connection counts. */
  readonly latency: LatencySummary;
}

export class Tally {
  readonly #statuses: Record<string, number> = {};
  readonly #latencies = new Latencies();
  #good = 0;
  #due = 0;
  #seconds = 0;

  /** `latency` in ms. */
  add(status: number, latency: number): void {
    this.#count(status, 1);
    if (status < 200 || status > 299) return;
    this.#good++;
    this.#latencies.add(latency);
  }

  /** The time of this part is over; `due` requests were to be sent in it whatever was answered. */
  end(seconds: number, due = 0): void {
    this.#seconds += seconds;
    this.#due += due;
  }

  merge(other: Tally): void {
    for (const [status, count] of Object.entries(other.#statuses)) this.#count(Number(status), count);
    this.#latencies.merge(other.#latencies);
    this.#good += other.#good;
    this.end(other.#seconds, other.#due);
  }

  get goodput(): number {
    return this.#good / this.#seconds;
  }

  outcome(): Outcome {
    return {
      seconds: this.#seconds,
      goodput: this.goodput,
      ...(this.#due > 0 && { rate: this.#due / this.#seconds }),
      statuses: { ...this.#statuses },
      latency: this.#latencies.summary(),
    };
  }

  #count(status: number, more: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + more;
  }
}
