/**
 * The contract of every hashing method, and the only view of the data that training gets.
 *
 * A method holds options only. `fit` validates, builds a `TrainingSet` (in which the pool has no labels to read),
 * trains, and returns a `Model`; nothing unfitted can encode.
 */
import type { Dataset, Matrix } from '../data/dataset.ts';
import type { Labels } from '../data/labels.ts';
import type { Split } from '../data/split.ts';
import type { Model, Preprocessing } from '../model/index.ts';

/** Inputs of one stream, row by row: features, or pixels `[n, side, side, 3]` uint8 RGB. */
export type Inputs = Matrix | PixelBatch;

export interface PixelBatch {
  readonly data: Uint8Array;
  readonly rows: number;
  /** Height and width in pixels. */
  readonly side: number;
}

export interface TrainingSet {
  /** Labelled rows of seen classes; `labels[i]` is an index into `classEmbeddings`' rows. */
  readonly source: { readonly inputs: Inputs; readonly labels: Int32Array };
  /** Unlabelled rows of unseen classes. */
  readonly pool: { readonly inputs: Inputs };
  /** `[classes, a]`, unit rows. */
  readonly classEmbeddings: Matrix;
  readonly seen: Int32Array;
  readonly unseen: Int32Array;
  /** Raw pictures' preprocessing, copied into the model's manifest. */
  readonly preprocessing: Preprocessing;
  /** Files that the preprocessing mentions. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The items of one modality that training gets: those of the training rows, then those of the pool. */
export interface ModalityItems {
  readonly inputs: Inputs;
  /** How many of them are of training rows: of seen classes, labelled or not. Those behind are of unseen classes. */
  readonly trained: number;
  /** `[items]`, indexes into `classEmbeddings`' rows; empty: unlabelled, as every item of the pool is. */
  readonly labels: Labels;
  /** The classes that this modality's labels are drawn from. */
  readonly labelSpace: Int32Array;
  /** `[items]`: the item of the other modality that is of the same row, or −1. */
  readonly pairs: Int32Array;
  readonly preprocessing: Preprocessing;
  /** Files that the preprocessing mentions. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What cross-modal methods learn from: labelled and unlabelled items, paired and unpaired. */
export interface CrossModalSet {
  readonly image: ModalityItems;
  readonly text: ModalityItems;
  /** `[classes, a]`, unit rows. */
  readonly classEmbeddings: Matrix;
  readonly seen: Int32Array;
  readonly unseen: Int32Array;
}

/** One line of progress: a round of a deep method, or a phase of a shallow one. */
export interface FitProgress {
  readonly phase: string;
  /** Share of the whole fit that is done, 0 … 1. */
  readonly done: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface FitOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Compute the precision of mined items from the dataset's labels and add it to the log. Never fed back. */
  readonly monitor?: boolean;
  /**
   * Methods that learn in rounds: the model as it stands after each of them, to watch or to keep if training stops early.
   * Dispose of it when done.
   */
  readonly onCheckpoint?: (model: Model, phase: string) => void | Promise<void>;
}

export interface HashMethod {
  /** As on the command line: `lsh`, `itq`, `tzsh`, `tzsh/source-only` … */
  readonly name: string;
  readonly bits: number;
  fit(data: Dataset, split: Split, options?: FitOptions): Promise<Model>;
}

export type { Dataset, Matrix, Model, Preprocessing, Split };
