/**
 * What is kept of one run of a comparison: figures, the log of its training, and what a report shows of it. Plain JSON, one
 * line a run in `runs.jsonl`, so that a comparison that was stopped goes on, and a report is drawn again without training.
 */
import type { FitProgress } from '../methods/index.ts';
import type { Environment } from './environment.ts';
import type { Evaluation } from './evaluate.ts';
import type { Task } from './tasks.ts';

export interface RunRecord {
  /** SHA-256 of everything that the figures depend on: dataset, split, method, settings, bits, seed, tasks, version. */
  readonly key: string;
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** The method's settings as they were used, defaults filled in; without `bits` and `seed`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly dataset: { readonly name: string; readonly fingerprint: string };
  /** SHA-256 of the split. */
  readonly split: string;
  /** Task × database. */
  readonly evaluations: readonly Evaluation[];
  /** The training's log: of every phase the last line. */
  readonly history: readonly FitProgress[];
  readonly insight: RunInsight;
  readonly environment: Environment;
  /** When the run was done, ISO 8601, UTC. */
  readonly finishedAt: string;
}

/** What a report shows of one model on one split beside its figures; of every task that was measured. Rows are the dataset's. */
export interface RunInsight {
  readonly tasks: readonly TaskInsight[];
}

export interface TaskInsight {
  readonly task: Task;
  /**
   * At most 8 queries and their 10 nearest items, searched among seen and unseen classes (in all, for a supervised protocol).
   * Ties are in random order; of rows that share a text, one is kept.
   */
  readonly retrieved: readonly {
    readonly query: number;
    readonly hits: readonly { readonly row: number; readonly distance: number; readonly right: boolean }[];
  }[];
  /** Of the queries of each class, how the 10 nearest items are spread over classes. Ties count by their expectation. */
  readonly confusion: {
    /** Indexes into the dataset's classes: those that are asked, ascending. */
    readonly asked: readonly number[];
    /** One entry an asked class: the classes found most, at most 10, by falling share (0 … 1); the own class always among them. */
    readonly found: readonly (readonly { readonly label: number; readonly share: number }[])[];
  };
  /** At most 800 database items of unseen classes (of all, for a supervised protocol) and their codes; classes evenly. */
  readonly sample: {
    readonly rows: readonly number[];
    /** Base64 of the packed codes, `[rows, bits / 8]`. */
    readonly codes: string;
  };
}
