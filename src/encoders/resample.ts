/**
 * Pixels → `[side, side, 3]`, as libvips resizes (`vips_resize`, which sharp calls): codes of a browser are then those
 * of Node, whatever the browser's own way of drawing. Along columns, then along rows, bytes in between; a strong
 * shrink takes means of whole pixels first and leaves a factor of two to four for the kernel.
 */
import type { Kernel, RawPicture, SquareForm } from './limits.ts';

interface Filter {
  /** Half its width, in output pixels where it shrinks, in input pixels where it enlarges. */
  readonly reach: number;
  /** For x from 0 to `reach`. */
  at(x: number): number;
}

const linear: Filter = { reach: 1, at: (x) => 1 - x };
/** Catmull and Rom's. */
const cubic: Filter = {
  reach: 2,
  at: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((2.5 - 0.5 * x) * x - 4) * x + 2),
};
const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos3: Filter = { reach: 3, at: (x) => sinc(x) * sinc(x / 3) };

/** Below this factor the kernel does all of the shrinking. */
const KERNEL_SHARE = 2;

/** Pixels `[lines, size, lane]`: a direction to resample along, what lies before it, and what lies together. */
interface Lanes {
  readonly data: Uint8Array;
  readonly lines: number;
  readonly size: number;
  readonly lane: number;
}

/** `count` pixels, each of `shrink` old ones, from the edge at `start` on, in old pixels. */
interface Cut {
  readonly shrink: number;
  readonly start: number;
  readonly count: number;
}

/** `[side, side, 3]` uint8 RGB. */
export function resample(picture: RawPicture, form: SquareForm): Uint8Array {
  const { data, width, height } = picture;
  const { side, fit = 'cover', kernel = 'lanczos3' } = form;
  const least = Math.min(width, height) / side;
  const cut = (size: number): Cut => {
    const shrink = fit === 'cover' ? least : size / side;
    const scaled = Math.max(side, Math.round(size / shrink));
    const cropped = (scaled - side + 1) >> 1;
    // A whole number of pixels has a part of one too much or too little, half of it at each end.
    const extra = shrink < 1 ? 0 : scaled * shrink - size;
    return { shrink, start: cropped * shrink - extra / 2, count: side };
  };
  const low = along({ data, lines: 1, size: height, lane: 3 * width }, cut(height), kernel);
  return along({ data: low, lines: side, size: width, lane: 3 }, cut(width), kernel);
}

/** `[lines, count, lane]` */
function along(pixels: Lanes, cut: Cut, kernel: Kernel): Uint8Array {
  const whole = kernel === 'nearest' ? 1 : Math.floor(cut.shrink / KERNEL_SHARE);
  if (whole <= 1) return reduce(pixels, cut, kernel);
  return reduce(
    means(pixels, whole),
    { ...cut, shrink: cut.shrink / whole, start: cut.start / whole },
    kernel,
  );
}

/** `[lines, ⌈size / by⌉, lane]`: means of `by` pixels, the last one repeated where they do not go up. */
function means({ data, lines, size, lane }: Lanes, by: number): Lanes {
  const count = Math.ceil(size / by);
  const out = new Uint8Array(lines * count * lane);
  const sums = new Uint32Array(lane);
  for (let to = 0; to < lines * count; to++) {
    const line = Math.floor(to / count) * size;
    const from = (to % count) * by;
    sums.fill(by >> 1);
    for (let i = from; i < from + by; i++) {
      const start = (line + Math.min(i, size - 1)) * lane;
      for (let j = 0; j < lane; j++) sums[j]! += data[start + j]!;
    }
    for (let j = 0; j < lane; j++) out[to * lane + j] = sums[j]! / by;
  }
  return { data: out, lines, size: count, lane };
}

function reduce({ data, lines, size, lane }: Lanes, cut: Cut, kernel: Kernel): Uint8Array {
  const out = new Uint8ClampedArray(lines * cut.count * lane);
  const sums = new Float64Array(lane);
  for (let place = 0; place < cut.count; place++) {
    const { from, weights } = window(cut, place, kernel);
    for (let line = 0; line < lines; line++) {
      sums.fill(0);
      for (let i = 0; i < weights.length; i++) {
        const weight = weights[i]!;
        const start = (line * size + Math.min(Math.max(from + i, 0), size - 1)) * lane;
        for (let j = 0; j < lane; j++) sums[j]! += weight * data[start + j]!;
      }
      out.set(sums, (line * cut.count + place) * lane);
    }
  }
  return new Uint8Array(out.buffer);
}

/** The pixels that an output pixel is made of, which may lie beyond the edge, and their weights of sum 1. */
function window(
  { shrink, start }: Cut,
  place: number,
  kernel: Kernel,
): { readonly from: number; readonly weights: Float64Array } {
  const centre = shrink < 1 ? start + place * shrink - 0.5 : start + (place + 0.5) * shrink - 0.5;
  if (kernel === 'nearest') return { from: Math.round(centre), weights: Float64Array.of(1) };
  const scale = Math.max(1, shrink);
  // Enlarged, Lanczos would ring: libvips takes the cubic there.
  const filter = kernel === 'linear' ? linear : kernel === 'cubic' || shrink < 1 ? cubic : lanczos3;
  const from = Math.ceil(centre - filter.reach * scale);
  const to = Math.floor(centre + filter.reach * scale);
  const weights = Float64Array.from({ length: to - from + 1 }, (_, i) =>
    filter.at(Math.abs(from + i - centre) / scale),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { from, weights: weights.map((weight) => weight / total) };
}
