/**
 * Which of the kernels that give the same answers is fastest here (`assembly/variant.ts`). Scalar or SIMD popcount shows
 * on codes in the cache, in a millisecond, when the first index is made. One stream of reads or two shows only on codes
 * that come from main memory: the first scans of a large index take turns, are timed, and the better one stays. Both
 * are found once a thread and width, not for every index.
 */
import type { Kernel } from './kernel.ts';

/** What `setVariant` takes: a bit a width class each for SIMD (0 … 3) and for two streams (4 … 7). */
export type Variants = number;

/** Codes of 1, 2, 3, and of 4 or more words. */
const CLASSES = 4;
const classOf = (words: number): number => Math.min(words, CLASSES) - 1;

/** Codes that a probe goes over, in bytes: they stay in the L1 cache. */
const PROBE_BYTES = 16 * 1024;
/** A probe repeats until it takes so long, in ms: clocks of browsers may be as coarse. */
const PROBE_MS = 0.1;
/** What is not the default must be faster by this factor, so that noise does not choose it. */
const MARGIN = 1.05;

/** Below it, codes of a scan stay in the cache of one core, where all are alike; larger caches are shared and lose them. */
const RACE_INDEX_BYTES = 4 * 1024 * 1024;
/** Shorter scans are too short for the clock. */
const RACE_SCAN_BYTES = 1024 * 1024;
/** Scans by each contender; and the time that they must have taken together, in ms. */
const RACE_SCANS = 5;
const RACE_MS = 1;

/** What is known by now. */
let known: Variants | undefined;

/**
 * Bits of the width classes whose distances SIMD counts faster.
 * @param arena the arena that the kernel is bound to; its scratch and survivors are overwritten the first time.
 */
function probe(kernel: Kernel, arena: number): Variants {
  const codes = arena + kernel.SURVIVOR_ROWS.value;
  const time = (words: number, variants: Variants, repeats: number): number => {
    kernel.setVariant(variants);
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) kernel.distances(codes, words, codes, 0, PROBE_BYTES / 8 / words);
    return performance.now() - begin;
  };
  let faster = 0;
  for (let words = 1; words <= CLASSES; words++) {
    const bit = 1 << classOf(words);
    time(words, 0, 1); // compiles
    time(words, bit, 1);
    for (let repeats = 4; ; repeats *= 2) {
      const scalar = Math.min(time(words, 0, repeats), time(words, 0, repeats));
      const vector = Math.min(time(words, bit, repeats), time(words, bit, repeats));
      if (Math.max(scalar, vector) < PROBE_MS) continue;
      if (MARGIN * vector < scalar) faster |= bit;
      break;
    }
  }
  return faster;
}

interface Lap {
  readonly bytes: number;
  readonly ms: number;
}

/** The race of one width class between one stream and two. */
export class StreamRace {
  readonly #laps: readonly [Lap[], Lap[]] = [[], []];
  /** Who stays; undefined while the race is on. */
  streams: boolean | undefined;

  /** Whose turn it is. */
  get next(): boolean {
    return this.#laps[1].length < this.#laps[0].length;
  }

  record(streams: boolean, bytes: number, ms: number): void {
    this.#laps[streams ? 1 : 0].push({ bytes, ms });
    const [one, two] = this.#laps;
    if (Math.min(one.length, two.length) < RACE_SCANS) return;
    if (Math.min(total(one), total(two)) < RACE_MS) return;
    this.streams = MARGIN * pace(two) < pace(one);
  }
}

const total = (laps: readonly Lap[]): number => laps.reduce((sum, { ms }) => sum + ms, 0);

/** Time a byte, of the faster half of the laps: the machine's other work only slows down. */
function pace(laps: readonly Lap[]): number {
  const sorted = [...laps]
    .sort((a, b) => a.ms / a.bytes - b.ms / b.bytes)
    .slice(0, Math.ceil(laps.length / 2));
  return total(sorted) / sorted.reduce((sum, { bytes }) => sum + bytes, 0);
}

const races = Array.from({ length: CLASSES }, () => new StreamRace());

/** What `setVariant` should get, as far as is known by now: probed when first asked. */
export function calibrate(kernel: Kernel, arena: number): Variants {
  known ??= probe(kernel, arena);
  return known;
}

/**
 * Runs a scan of `bytes` bytes of codes, in an index of `indexBytes`, with the kernels that are best as far as is known.
 * @param arena the arena that the kernel is bound to.
 */
export function withBestKernels(
  kernel: Kernel,
  arena: number,
  words: number,
  { bytes, indexBytes }: { readonly bytes: number; readonly indexBytes: number },
  scan: () => void,
): void {
  const variants = calibrate(kernel, arena);
  const race = races[classOf(words)]!;
  if (race.streams !== undefined || bytes < RACE_SCAN_BYTES || indexBytes < RACE_INDEX_BYTES) {
    kernel.setVariant(variants);
    scan();
    return;
  }
  const streams = race.next;
  const bit = 1 << (CLASSES + classOf(words));
  kernel.setVariant(variants | (streams ? bit : 0));
  const begin = performance.now();
  scan();
  race.record(streams, bytes, performance.now() - begin);
  if (race.streams) known = variants | bit;
}
