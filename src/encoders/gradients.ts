/**
 * `gradients/1`: hand-written features of drawings and icons, from 64 × 64 pixels to 832 values.
 *
 * Histograms of oriented gradients (Dalal and Triggs, CVPR 2005; unsigned, soft assignment in place and angle), each
 * cell in the Hellinger form √(h / Σh) (Arandjelović and Zisserman, CVPR 2012), and beside them a coarse map of where
 * the ink is. The joint choice is ours, by zero-shot retrieval of icons: see `docs/icons.md`.
 */

export const GRADIENT_SIDE = 64;
/** Cells of 8 pixels: 4 pixels gain nothing in four times the values, 16 lose 0.05 mAP on icons. */
const CELLS = 8;
/** 15° each; 8 bins lose 0.01 mAP, signed angles (ink left or right of the edge) lose 0.05. */
const BINS = 12;
/** Added to a cell's sum of gradients (its 64 pixels can sum to about 90): noise of a flat cell stays near zero. */
const CELL_FLOOR = 1;
/** Ink values are at most this, cells have norm 1: with equal weight large filled shapes drown their outlines. */
const INK_WEIGHT = 0.5;

const GRADIENT_VALUES = CELLS * CELLS * BINS;
export const GRADIENT_DIM = GRADIENT_VALUES + CELLS * CELLS;

const CELL_SIDE = GRADIENT_SIDE / CELLS;
const PIXELS = GRADIENT_SIDE * GRADIENT_SIDE;

/** Per pixel column (or row): the two nearest cell centres and the share of the second; −1 and `CELLS` are outside. */
const FIRST_CELL = new Int32Array(GRADIENT_SIDE);
const SECOND_SHARE = new Float64Array(GRADIENT_SIDE);
for (let i = 0; i < GRADIENT_SIDE; i++) {
  const place = (i + 0.5) / CELL_SIDE - 0.5;
  FIRST_CELL[i] = Math.floor(place);
  SECOND_SHARE[i] = place - Math.floor(place);
}

/**
 * Features `[n, 832]` of pictures `[n, 64, 64, 3]` uint8 RGB: 8 × 8 cells × 12 angles, every value in [0, 1], then
 * 8 × 8 amounts of ink in [0, 0.5]. White is no ink; a picture of one colour has all gradients 0. Deterministic.
 */
export function gradients(pixels: Uint8Array): Float32Array {
  const n = pixels.length / (PIXELS * 3);
  const features = new Float32Array(n * GRADIENT_DIM);
  const luma = new Float64Array(PIXELS);
  for (let i = 0; i < n; i++) {
    readLuma(pixels.subarray(i * PIXELS * 3, (i + 1) * PIXELS * 3), luma);
    const row = features.subarray(i * GRADIENT_DIM, (i + 1) * GRADIENT_DIM);
    gradientCells(luma, row.subarray(0, GRADIENT_VALUES));
    inkCells(luma, row.subarray(GRADIENT_VALUES));
  }
  return features;
}

/** Rec. 601 luma in [0, 1]. */
function readLuma(rgb: Uint8Array, luma: Float64Array): void {
  for (let p = 0; p < PIXELS; p++) {
    luma[p] = (299 * rgb[3 * p]! + 587 * rgb[3 * p + 1]! + 114 * rgb[3 * p + 2]!) / 255000;
  }
}

function gradientCells(luma: Float64Array, out: Float32Array): void {
  const sums = new Float64Array(GRADIENT_VALUES);
  const last = GRADIENT_SIDE - 1;
  for (let y = 0; y < GRADIENT_SIDE; y++) {
    const above = Math.max(y - 1, 0) * GRADIENT_SIDE;
    const below = Math.min(y + 1, last) * GRADIENT_SIDE;
    const here = y * GRADIENT_SIDE;
    for (let x = 0; x < GRADIENT_SIDE; x++) {
      const gx = luma[here + Math.min(x + 1, last)]! - luma[here + Math.max(x - 1, 0)]!;
      const gy = luma[below + x]! - luma[above + x]!;
      const size = Math.sqrt(gx * gx + gy * gy);
      if (size === 0) continue; // most of an icon is flat
      const angle = Math.atan2(gy, gx);
      const place = ((angle < 0 ? angle + Math.PI : angle) / Math.PI) * BINS;
      const floor = Math.floor(place);
      const share = place - floor;
      const bin = floor % BINS;
      addSoftly(sums, x, y, bin, size * (1 - share));
      addSoftly(sums, x, y, (bin + 1) % BINS, size * share);
    }
  }
  for (let cell = 0; cell < GRADIENT_VALUES; cell += BINS) {
    let total = CELL_FLOOR;
    for (let bin = 0; bin < BINS; bin++) total += sums[cell + bin]!;
    for (let bin = 0; bin < BINS; bin++) out[cell + bin] = Math.sqrt(sums[cell + bin]! / total);
  }
}

/** Bilinear in place: an edge that moves by a pixel moves a share of its weight, not all of it. */
function addSoftly(sums: Float64Array, x: number, y: number, bin: number, weight: number): void {
  for (let dy = 0; dy < 2; dy++) {
    const row = FIRST_CELL[y]! + dy;
    if (row < 0 || row >= CELLS) continue;
    const rowWeight = weight * (dy === 0 ? 1 - SECOND_SHARE[y]! : SECOND_SHARE[y]!);
    for (let dx = 0; dx < 2; dx++) {
      const column = FIRST_CELL[x]! + dx;
      if (column < 0 || column >= CELLS) continue;
      const share = dx === 0 ? 1 - SECOND_SHARE[x]! : SECOND_SHARE[x]!;
      sums[(row * CELLS + column) * BINS + bin]! += rowWeight * share;
    }
  }
}

function inkCells(luma: Float64Array, out: Float32Array): void {
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      let ink = 0;
      for (let y = row * CELL_SIDE; y < (row + 1) * CELL_SIDE; y++) {
        for (let x = column * CELL_SIDE; x < (column + 1) * CELL_SIDE; x++)
          ink += 1 - luma[y * GRADIENT_SIDE + x]!;
      }
      // Rounding can leave white a hair below zero.
      out[row * CELLS + column] = INK_WEIGHT * Math.sqrt(Math.max(ink, 0) / CELL_SIDE ** 2);
    }
  }
}
