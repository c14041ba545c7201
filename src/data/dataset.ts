/** What every room above knows of data: matrices, images, labels, class embeddings, and the dataset that joins them. */
import type { Labels } from './labels.ts';

/** Row-major `[rows, cols]` float32 matrix. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** Pictures that are still files: encoded bytes (JPEG, PNG, WebP …), read one at a time. */
export interface ImageFiles {
  readonly kind: 'files';
  readonly count: number;
  /** A name for messages and results: a path inside the folder or the tar. */
  name(row: number): string;
  read(row: number): Promise<Uint8Array>;
}

/** Pictures that are already pixels: `[count, height, width, 3]` uint8, RGB. */
export interface ImagePixels {
  readonly kind: 'pixels';
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

export type Images = ImageFiles | ImagePixels;

/** A network that makes features of pictures, as files: opaque in this room, opened by `encoders/backbone`. */
export interface BackboneFiles {
  /** An ONNX model. */
  readonly onnx: Uint8Array;
  /** JSON: how pictures are prepared for it, and which output is the feature. */
  readonly config: string;
}

export interface Modality {
  /** Features `[items, d]`, every value finite. */
  readonly features?: Matrix;
  readonly images?: Images;
  /** Raw texts, one or several an item. */
  readonly texts?: readonly (readonly string[])[];
  /**
   * `[rows]`: the item of `features`, `images` and `texts` that a row shows; −1 where the row has none in this modality.
   * Rows may share an item (one text for three pictures). Absent: row i shows item i.
   */
  readonly places?: Int32Array;
  /** A class list a row of the dataset; empty where the row is unlabelled in this modality. */
  readonly labels: Labels;
  /** The modality's label space: the classes that its labels are drawn from, ascending. Absent: all. */
  readonly classes?: Int32Array;
  /**
   * Name of the function in `encoders/` that made `features` from `images` (e.g. `gradients/1`).
   * With it a model trained on features encodes raw files; without it, features only.
   */
  readonly extractor?: string;
  /** Reads the network behind an extractor `onnx:…`, which the dataset carries along; a model copies it. */
  readonly backbone?: () => Promise<BackboneFiles>;
}

export type ModalityName = 'image' | 'text';

/** Vectors of words: what text encoders know of words that no training text holds. */
export interface WordVectors {
  readonly words: readonly string[];
  /** `[words, d]` */
  readonly vectors: Matrix;
}

export interface Dataset {
  readonly name: string;
  /** A row is an image, a text, or a pair of both. */
  readonly rows: number;
  /** Class names, of all modalities' label spaces; a label is an index into this list. */
  readonly classes: readonly string[];
  /** By name, each `[classes, a]` with rows of unit L2 norm. The first is the default. */
  readonly classEmbeddings: ReadonlyMap<string, Matrix>;
  /** Row ranges `[from, to)`: queries come from `test`, everything else from `train`. */
  readonly parts?: { readonly train: readonly [number, number]; readonly test: readonly [number, number] };
  /**
   * Choices of unseen classes that came with the data, by name (e.g. "proposed"): class indexes, ascending, never all.
   * Not in the fingerprint: a split states its classes itself.
   */
  readonly splits?: Readonly<Record<string, { readonly unseen: readonly number[] }>>;
  /** `[rows]`: rows of one group (variants of one picture) never sit on two sides of a split. */
  readonly groups?: Int32Array;
  /** `[rows]` names to show beside results. */
  readonly rowNames?: readonly string[];
  /** For the text modality. */
  readonly wordVectors?: WordVectors;
  readonly modalities: Readonly<Partial<Record<ModalityName, Modality>>>;
  /** SHA-256 of name, rows, classes, label spaces, labels, places, groups and parts: a split is made for exactly one dataset. */
  readonly fingerprint: string;
}
