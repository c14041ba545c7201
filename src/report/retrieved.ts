/** Asks some queries of a split with one or several models and shows what each finds. */
import { type Dataset, type Split, takeImages } from '../data/index.ts';
import { inputsOf, rowsWith } from '../evaluate/rows.ts';
import type { Model } from '../model/index.ts';
import { LinearIndex } from '../search/index.ts';
import { thumbnail } from './pictures.ts';
import type { Strip, StripItem } from './strips.ts';

export interface RetrievedOptions {
  /** Rows of the split's queries to ask. */
  readonly queries: readonly number[];
  /** Hits a query. */
  readonly k: number;
  /** Pixels of a picture's side. */
  readonly side: number;
  readonly signal?: AbortSignal;
}

/**
 * One query a class, of at most `most` classes at even distances in the list: chosen before anything is searched, so
 * that the picture shows the ordinary case.
 */
export function sampleQueries(data: Dataset, split: Split, most: number): number[] {
  const labels = data.modalities.image!.labels;
  const first = new Map<number, number>();
  for (const row of rowsWith(data, 'image', split.query))
    if (!first.has(labels.first(row))) first.set(labels.first(row), row);
  const rows = [...first].sort(([a], [b]) => a - b).map(([, row]) => row);
  const step = Math.max(1, rows.length / most);
  return Array.from({ length: Math.min(most, rows.length) }, (_, i) => rows[Math.floor(i * step)]!);
}

/** The nearest items of the split's database, for every query one line a model. Needs pictures. */
export async function retrieve(
  data: Dataset,
  split: Split,
  models: readonly Model[],
  { queries, k, side, signal }: RetrievedOptions,
): Promise<Strip[]> {
  const image = data.modalities.image!;
  const { labels } = image;
  const classOf = (row: number): string => data.classes[labels.first(row)] ?? 'unlabelled';
  const related = (a: number, b: number): boolean => {
    const classes = labels.of(a);
    return labels.of(b).some((label) => classes.includes(label));
  };
  const show = async (row: number): Promise<StripItem> => ({
    picture: await thumbnail(takeImages(image, [row]), 0, side),
    name: classOf(row),
  });
  const database = rowsWith(data, 'image', split.database);
  const found = await Promise.all(
    models.map(async (model) => {
      const encode = (rows: readonly number[]) =>
        model.encode('image', inputsOf(model, data, 'image', rows), { ...(signal && { signal }) });
      const index = LinearIndex.from(await encode(database));
      return index.search(await encode(queries), { k, ...(signal && { signal }) });
    }),
  );
  return Promise.all(
    queries.map(async (query, q) => ({
      query: await show(query),
      lines: await Promise.all(
        models.map(async (model, m) => ({
          method: model.method,
          hits: await Promise.all(
            found[m]![q]!.map(async ({ row, distance }) => {
              const hit = database[row]!;
              return { ...(await show(hit)), right: related(query, hit), distance };
            }),
          ),
        })),
      ),
    })),
  );
}

/** What the picture shows, in words. */
export function describeStrips(strips: readonly Strip[]): string {
  const lines = strips.map(({ query, lines }) => {
    const counts = lines.map(({ method, hits }) => `${method} ${hits.filter(({ right }) => right).length}`);
    return `${query.name}: ${counts.join(', ')}`;
  });
  const k = strips[0]?.lines[0]?.hits.length ?? 0;
  return `Items of the query's class among the ${k} nearest codes. ${lines.join('; ')}.`;
}
