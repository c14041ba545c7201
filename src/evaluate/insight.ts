/** What a report shows of a model beside its figures: what some queries found, who is taken for whom, codes for a map. */
import type { Codes } from '../codes/index.ts';
import { classesOfRow, type Dataset, type Split, takeTexts } from '../data/index.ts';
import { Random } from '../random.ts';
import { Confusion, placesUntil } from './confusion.ts';
import type { RankedQuery } from './metrics/index.ts';
import { labelsOf, rowsWith, sampleQueries } from './rows.ts';
import type { TaskInsight } from './run-record.ts';
import { sidesOf, type Task } from './tasks.ts';

/** Queries whose hits are kept, and hits of each. */
const SHOWN_QUERIES = 8;
const HITS = 10;
/** Rows may share a text, as three pictures of one thing do: so many times the hits are looked at, each text kept once. */
const TEXTS_ALIKE = 10;
/** Items on a map: more would cover one another, and a run's record stay small. */
const SAMPLE = 800;

export interface InsightInput {
  readonly data: Dataset;
  readonly split: Split;
  readonly task: Task;
  /** Rows that are asked, in the order of the ranking's queries. */
  readonly queries: readonly number[];
  /** Rows that are searched, in the order of the ranking's database. */
  readonly database: readonly number[];
  /** The codes of the given rows in the modality that is searched. */
  readonly codesOf: (rows: readonly number[]) => Codes;
}

/** Looks on while a database is ranked: give `onQuery` to `evaluateRanking`, then take the result. */
export class InsightReader {
  readonly #input: InsightInput;
  readonly #shown: readonly number[];
  readonly #unseen: ReadonlySet<number>;
  readonly #confusion: Confusion;
  readonly #hits = new Map<number, TaskInsight['retrieved'][number]['hits']>();

  constructor(input: InsightInput) {
    const { data, split, task, database } = input;
    this.#input = input;
    // Chosen before anything is searched, so that they show the ordinary case.
    this.#shown = sampleQueries(data, split, SHOWN_QUERIES, sidesOf(task)[0]);
    this.#unseen = new Set(split.unseen);
    this.#confusion = new Confusion(labelsOf(data, database));
  }

  /** A row with seen classes, too, is asked for its unseen ones. */
  readonly onQuery = (found: RankedQuery): void => {
    const { data, queries } = this.#input;
    const row = queries[found.query]!;
    const classes = classesOfRow(data, row);
    this.#confusion.add(
      this.#unseen.size === 0 ? classes : classes.filter((label) => this.#unseen.has(label)),
      found,
    );
    if (this.#shown.includes(row)) this.#hits.set(row, this.#nearest(row, classes, found));
  };

  result(): TaskInsight {
    const rows = sampleItems(this.#input);
    return {
      task: this.#input.task,
      retrieved: this.#shown.map((query) => ({ query, hits: this.#hits.get(query)! })),
      confusion: this.#confusion.result(),
      sample: { rows, codes: Buffer.from(this.#input.codesOf(rows).bytes).toString('base64') },
    };
  }

  /** Ties are in random order: in that of the file, items of one class would stand together. */
  #nearest(query: number, classes: readonly number[], { distances, items }: RankedQuery) {
    const { data, split, task, database } = this.#input;
    const texts =
      sidesOf(task)[1] === 'text' && data.modalities.text?.texts ? data.modalities.text : undefined;
    const [edge] = placesUntil(items, Math.min(texts ? HITS * TEXTS_ALIKE : HITS, database.length));
    const within: number[] = [];
    for (let at = 0; at < distances.length; at++) if (distances[at]! <= edge) within.push(at);
    const order = new Random(split.seed, `ties/${query}`).shuffle(within);
    order.sort((a, b) => distances[a]! - distances[b]!); // a stable sort: ties keep their order
    const alone = texts
      ? firstOfEach(order, (at) => JSON.stringify(takeTexts(texts, [database[at]!])))
      : order;
    return alone.slice(0, HITS).map((at) => {
      const row = database[at]!;
      const right = classesOfRow(data, row).some((label) => classes.includes(label));
      return { row, distance: distances[at]!, right };
    });
  }
}

/**
 * Rows of the split's database, at most 800: as many of each class as there are, up to a common limit, at even
 * distances. Zero-shot: unseen classes only. A row of several classes counts for its first unseen one, or its first.
 */
function sampleItems({ data, split, task }: InsightInput): number[] {
  const unseen = new Set(split.unseen);
  const byClass = new Map<number, number[]>();
  for (const row of rowsWith(data, sidesOf(task)[1], split.database)) {
    const classes = classesOfRow(data, row);
    const label = classes.find((one) => unseen.has(one)) ?? classes[0] ?? -1;
    const held = byClass.get(label);
    if (held) held.push(row);
    else byClass.set(label, [row]);
  }
  // Small classes first: what they leave goes to the larger ones.
  const classes = [...byClass.values()].sort((a, b) => a.length - b.length);
  let left = SAMPLE;
  return classes
    .flatMap((rows, i) => {
      const taken = Math.min(rows.length, Math.floor(left / (classes.length - i)));
      left -= taken;
      return Array.from({ length: taken }, (_, j) => rows[Math.floor((j * rows.length) / taken)]!);
    })
    .sort((a, b) => a - b);
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}
