/** What each half of the demo hands over: its figures, its collections, and its files. */
import type { NewItem } from '../../collection/index.ts';
import type { Model } from '../../model/index.ts';
import type { ComparisonTable } from '../../report/comparison.ts';
import type { PagePicture } from '../../report/page.ts';

export const HALVES = ['icons', 'emoji'] as const;
export type HalfName = (typeof HALVES)[number];

/** A collection that the page searches. */
export interface DemoCollection {
  readonly name: string;
  readonly model: Model;
  readonly rows: number;
  /** All items, some at a time. */
  items(): AsyncIterable<readonly NewItem[]>;
}

export interface Half {
  /** Whether the method of the half won, in words. */
  readonly verdict: string;
  /** What was done, in a paragraph. */
  readonly description: string;
  /** Those of the page and of the terminal; `results` hold all figures. */
  readonly tables: readonly ComparisonTable[];
  readonly plots: readonly string[];
  /** By file name. */
  readonly pictures: Readonly<Record<string, PagePicture>>;
  readonly facts: Readonly<Record<string, string>>;
  /** Verdict, runs and summary, as `results.json` holds them. */
  readonly results: Readonly<Record<string, unknown>>;
  /** Names of what `save` writes, for the last words. */
  readonly saved: string;
  /** How to go on with what was saved in the folder, if there is anything to say. */
  next?(folder: string): string;
  /** Writes models and splits into the folder. */
  save(folder: string): Promise<void>;
  readonly collections: readonly DemoCollection[];
}
