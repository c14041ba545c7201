/** What each half of the demo hands over: its figures, its part of the page, and its files. */
import type { ComparisonTable } from '../../report/comparison.ts';
import type { PagePicture } from '../../report/page.ts';
import type { Handler } from './server.ts';

export const HALVES = ['icons', 'emoji'] as const;
export type HalfName = (typeof HALVES)[number];

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
  /** The part of the page that searches: shown where a service answers below `/<name>/`. */
  readonly extension: { readonly markup: string; readonly script: string };
  /** Opens what the service answers from; pathnames are those behind `/<name>`. */
  explore(): Promise<Handler>;
}
