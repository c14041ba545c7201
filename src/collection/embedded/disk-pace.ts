/**
 * Whether a small write waits for the disk in the program's own thread. A way through another thread and back costs turns
 * of the event loop, and in a busy service each of them is as long as its searches; but a disk that takes its time must
 * not hold everything up. What syncs take decides.
 */

/** Larger writes never wait there. */
const SMALL_BYTES = 128 * 1024;
/** Milliseconds, less than some searches take. Solid disks need about one for a commit, turning ones ten and more. */
const QUICK_MS = 3;
/** Weight of the last sync in what they usually take. */
const WEIGHT = 1 / 8;
/** One that takes longer counts as this: now and then every disk has to wait for somebody else. */
const MOST_MS = 2 * QUICK_MS;
/** Times as long as the last wait took that there is none: whatever comes, this thread mostly does other things. */
const REST = 10;
/** Of so many small writes on a slow disk one looks whether it still is slow. */
const LOOK_EVERY = 32;

export type Pace = 'quick' | 'slow';
let fixed: Pace | undefined;

/** For tests: every disk is so; undefined: as it turns out to be. */
export function fixPace(pace: Pace | undefined): void {
  fixed = pace;
}

export class DiskPace {
  #usual = 0;
  #passed = 0;
  #restsUntil = 0;

  /** Whether a write of so many bytes is to be done in this thread, by `timed`. To be asked once a write. */
  isQuickFor(bytes: number): boolean {
    if (bytes > SMALL_BYTES) return false;
    if (fixed) return fixed === 'quick';
    if (performance.now() < this.#restsUntil) return false;
    if (this.#usual <= QUICK_MS) return true;
    this.#passed = (this.#passed + 1) % LOOK_EVERY;
    if (this.#passed > 0) return false;
    this.#usual = QUICK_MS; // what it takes now decides
    return true;
  }

  /** Does it, and notes how long it took. */
  timed<T>(sync: () => T): T {
    const begin = performance.now();
    try {
      return sync();
    } finally {
      const end = performance.now();
      this.#restsUntil = end + REST * (end - begin);
      this.#usual += WEIGHT * (Math.min(end - begin, MOST_MS) - this.#usual);
    }
  }
}
