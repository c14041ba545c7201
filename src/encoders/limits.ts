/** What is asked of a picture on every platform, and how much of it is taken. */

/** A decoded picture of 25 million pixels takes 75 MB; a few kilobytes of PNG can ask for a hundred times that. */
export const MAX_PIXELS = 25_000_000;
/** Encoded: far above any picture of at most `MAX_PIXELS`. */
export const MAX_FILE_BYTES = 64 * 2 ** 20;
/** As the manifest of a model. */
export const MAX_SIDE = 1024;

/**
 * How a picture that is not square becomes square: `cover` keeps its proportions and cuts off what juts out on both
 * sides of the longer edge; `fill` keeps all of it and squeezes it.
 */
export type Fit = 'cover' | 'fill';

/** How pixels are resampled; each averages over as many pixels as become one. */
export type Kernel = 'nearest' | 'linear' | 'cubic' | 'lanczos3';

/** The form that a network or an extractor takes. */
export interface SquareForm {
  /** Height and width in pixels. */
  readonly side: number;
  /** Default `cover`. */
  readonly fit?: Fit;
  /** Default `lanczos3`. */
  readonly kernel?: Kernel;
}

/** Raw RGB pixels instead of a file. */
export interface RawPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
