/** Latencies of many requests in bounded memory: logarithmic buckets, each 2 % wide. */

const BASE = 1.02;
/** 1 µs … 1000 s. */
const BUCKETS = Math.ceil(Math.log(1e9) / Math.log(BASE));

export interface LatencySummary {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS + 1);
  #count = 0;
  #max = 0;

  /** Milliseconds. */
  add(latency: number): void {
    const bucket = Math.log(Math.max(1, latency * 1000)) / Math.log(BASE);
    this.#counts[Math.min(BUCKETS, Math.floor(bucket))]!++;
    this.#count++;
    this.#max = Math.max(this.#max, latency);
  }

  merge(other: Latencies): void {
    other.#counts.forEach((count, bucket) => {
      this.#counts[bucket]! += count;
    });
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The upper end of the bucket in which that share of the latencies ends. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#count);
    for (let bucket = 0; bucket <= BUCKETS; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(this.#max, BASE ** (bucket + 1) / 1000);
    }
    return this.#max;
  }

  summary(): LatencySummary {
    const at = (share: number): number => Number(this.percentile(share).toFixed(3));
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: Number(this.#max.toFixed(3)) };
  }
}
