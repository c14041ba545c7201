/**
 * `gradients-colour/1`: `gradients/1` and beside it which colours are where, from 64 × 64 pixels to 1,132 values.
 *
 * Colours are told apart in opponent coordinates (red against green, yellow against blue, lightness), the linear ones
 * of van de Sande, Gevers and Snoek (PAMI 2010) but for scale: no power or logarithm, so the bytes are the same
 * everywhere. Soft histograms of 2 × 2 cells, in the Hellinger form √(h / Σh) as the gradients are. The joint choice
 * is ours, by retrieval of emoji: see `docs/emoji.md`.
 */
import { GRADIENT_DIM, GRADIENT_SIDE, gradients } from './gradients.ts';

/** 4 × 4 lose 0.002 mAP on emoji in four times the values; one cell loses 0.0005, and 0.003 where pictures predict words. */
const CELLS = 2;
/** Along red–green and along yellow–blue; 7 gain 0.0006 mAP in twice the values. */
const HUES = 5;
/** Dark, medium, light: without them 0.002 mAP less. */
const LIGHTS = 3;
/** Of −1 … 1: few drawings are more colourful, and what is counts as this colourful. 0.3 and 0.9 lose 0.003 mAP. */
const HUE_RANGE = 0.6;
/** Added to a cell's sum of ink (its share of the pixels is 1,024): a speck of colour is no coloured cell. */
const CELL_FLOOR = 51.2;
/**
 * Makes the colours' distance from their mean over the emoji half of the gradients', a fifth of the squared distance, so
 * that neither drowns the other: at a third of this weight 0.01 mAP is lost, at twice it 0.02.
 */
const COLOUR_WEIGHT = 1.6;

const COLOURS = HUES * HUES * LIGHTS;
const COLOUR_DIM = CELLS * CELLS * COLOURS;
export const GRADIENT_COLOUR_DIM = GRADIENT_DIM + COLOUR_DIM;

const PIXELS = GRADIENT_SIDE * GRADIENT_SIDE;

/** `[cell][pixel column or row]`: falls from 1 at the cell's centre to 0 at its neighbour's. */
const CELL_SHARE = Array.from({ length: CELLS }, (_, cell) =>
  Float64Array.from({ length: GRADIENT_SIDE }, (_, i) =>
    Math.max(0, 1 - Math.abs(((i + 0.5) / GRADIENT_SIDE) * CELLS - 0.5 - cell)),
  ),
);

/**
 * Features `[n, 1132]` of pictures `[n, 64, 64, 3]` uint8 RGB: the 832 values of `gradients/1`, then 2 × 2 cells × 5
 * red–green × 5 yellow–blue × 3 lightness, every value in [0, 1.6]. White counts for nothing. Deterministic.
 */
export function gradientsColour(pixels: Uint8Array): Float32Array {
  const n = pixels.length / (PIXELS * 3);
  const features = new Float32Array(n * GRADIENT_COLOUR_DIM);
  const shapes = gradients(pixels);
  for (let i = 0; i < n; i++) {
    const row = features.subarray(i * GRADIENT_COLOUR_DIM, (i + 1) * GRADIENT_COLOUR_DIM);
    row.set(shapes.subarray(i * GRADIENT_DIM, (i + 1) * GRADIENT_DIM));
    colourCells(pixels.subarray(i * PIXELS * 3, (i + 1) * PIXELS * 3), row.subarray(GRADIENT_DIM));
  }
  return features;
}

function colourCells(rgb: Uint8Array, out: Float32Array): void {
  const sums = new Float64Array(COLOUR_DIM);
  const bins = new Int32Array(8);
  const shares = new Float64Array(8);
  let [lastRed, lastGreen, lastBlue] = [-1, -1, -1];
  for (let p = 0; p < PIXELS; p++) {
    const red = rgb[3 * p]!;
    const green = rgb[3 * p + 1]!;
    const blue = rgb[3 * p + 2]!;
    const ink = (255 - Math.min(red, green, blue)) / 255;
    if (ink === 0) continue;
    // Drawings are flat: most pixels have the colour of the one before.
    if (red !== lastRed || green !== lastGreen || blue !== lastBlue) {
      spread(red, green, blue, bins, shares);
      [lastRed, lastGreen, lastBlue] = [red, green, blue];
    }
    addToCells(sums, p, ink, bins, shares);
  }
  for (let cell = 0; cell < COLOUR_DIM; cell += COLOURS) {
    let total = CELL_FLOOR;
    for (let c = 0; c < COLOURS; c++) total += sums[cell + c]!;
    for (let c = 0; c < COLOURS; c++) out[cell + c] = COLOUR_WEIGHT * Math.sqrt(sums[cell + c]! / total);
  }
}

function addToCells(
  sums: Float64Array,
  p: number,
  ink: number,
  bins: Int32Array,
  shares: Float64Array,
): void {
  const y = Math.floor(p / GRADIENT_SIDE);
  const x = p % GRADIENT_SIDE;
  for (let row = 0; row < CELLS; row++) {
    const rowWeight = ink * CELL_SHARE[row]![y]!;
    if (rowWeight === 0) continue;
    for (let column = 0; column < CELLS; column++) {
      const weight = rowWeight * CELL_SHARE[column]![x]!;
      if (weight === 0) continue;
      const cell = (row * CELLS + column) * COLOURS;
      for (let c = 0; c < 8; c++) sums[cell + bins[c]!]! += weight * shares[c]!;
    }
  }
}

/** The eight bins around a colour and the share of each: linear along each of the three coordinates. */
function spread(red: number, green: number, blue: number, bins: Int32Array, shares: Float64Array): void {
  const redGreen = place((red - green) / 255, HUE_RANGE, HUES);
  const yellowBlue = place((red + green - 2 * blue) / 510, HUE_RANGE, HUES);
  const light = ((red + green + blue) / 765) * (LIGHTS - 1);
  const [a, b, c] = [first(redGreen, HUES), first(yellowBlue, HUES), first(light, LIGHTS)];
  for (let corner = 0; corner < 8; corner++) {
    const [i, j, k] = [corner >> 2, (corner >> 1) & 1, corner & 1];
    bins[corner] = ((a + i) * HUES + b + j) * LIGHTS + c + k;
    shares[corner] = share(redGreen - a, i) * share(yellowBlue - b, j) * share(light - c, k);
  }
}

/** From −range … range to 0 … count − 1; what lies outside is at the end. */
const place = (value: number, range: number, count: number): number =>
  Math.min(Math.max(value / (2 * range) + 0.5, 0), 1) * (count - 1);
const first = (at: number, count: number): number => Math.min(Math.floor(at), count - 2);
const share = (past: number, second: number): number => (second === 1 ? past : 1 - past);
