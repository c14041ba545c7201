/** A split: which rows train, which are the unlabelled pool, which are asked and which are searched. */

export const PROTOCOLS = [
  'zero-shot',
  'zero-shot/pool=database',
  'supervised',
  'supervised/train=database',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Split {
  readonly format: 'unseen-split/1';
  readonly protocol: Protocol;
  readonly seed: number;
  readonly dataset: { readonly name: string; readonly fingerprint: string };
  /** Class indexes, ascending. */
  readonly seen: readonly number[];
  readonly unseen: readonly number[];
  /** The name of the split that the unseen classes are from (`awa-40-10`, `proposed`), where they were asked by name. */
  readonly unseenFrom?: string;
  /** Row numbers, ascending. Disjoint unless the protocol's name says otherwise. */
  readonly train: readonly number[];
  /** Unlabelled rows of unseen classes: their labels exist in the dataset and are never read in training. */
  readonly pool: readonly number[];
  readonly query: readonly number[];
  /** What `database: unseen` searches; `database: generalized` searches these and `train`. */
  readonly database: readonly number[];
  /** The training rows whose labels may be read; absent: all. The others train unlabelled. */
  readonly labelled?: readonly number[];
  /** The seen classes that each modality's labels may name in training; absent: all. */
  readonly labelSpaces?: { readonly image: readonly number[]; readonly text: readonly number[] };
  /** SHA-256 of the canonical form of all of the above. */
  readonly hash: string;
}
