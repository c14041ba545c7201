/** Functions that make features of pixels, by the name that datasets and models carry. */
import { UnseenError } from '../errors.ts';
import { GRADIENT_COLOUR_DIM, gradientsColour } from './colour.ts';
import { GRADIENT_DIM, GRADIENT_SIDE, gradients } from './gradients.ts';
import type { Fit, Kernel } from './limits.ts';

export interface Extractor {
  /** Height and width in pixels that `extract` takes. */
  readonly side: number;
  /** Values a picture. */
  readonly dim: number;
  /** How pictures become that size; default: as `decodePicture`. */
  readonly fit?: Fit;
  readonly kernel?: Kernel;
  /** Pictures a call that keep memory small; default: as `pictureBatches`. */
  readonly batch?: number;
  /** `[n, side, side, 3]` uint8 RGB → `[n, dim]` float32. The same pixels give the same values. */
  extract(pixels: Uint8Array): Float32Array | Promise<Float32Array>;
}

/** One that needs no network, and so no waiting. */
export interface PlainExtractor extends Extractor {
  extract(pixels: Uint8Array): Float32Array;
}

/** A changed function gets a new number behind the slash, and the old name stays: models name what they were trained on. */
export const extractors: Readonly<Record<string, PlainExtractor>> = {
  'gradients/1': { side: GRADIENT_SIDE, dim: GRADIENT_DIM, extract: gradients },
  'gradients-colour/1': { side: GRADIENT_SIDE, dim: GRADIENT_COLOUR_DIM, extract: gradientsColour },
};

/** @throws `EXTRACTOR_UNKNOWN` */
export function extractorNamed(name: string): PlainExtractor {
  if (!Object.hasOwn(extractors, name)) {
    throw new UnseenError('EXTRACTOR_UNKNOWN', { received: name, known: Object.keys(extractors).join(', ') });
  }
  return extractors[name]!;
}
