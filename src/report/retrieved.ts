/** Asks some queries of a split with one or several models and shows what each finds: pictures, or texts. */
import {
  classesOfRow,
  type Dataset,
  type ModalityName,
  type Split,
  takeImages,
  takeTexts,
} from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { inputsOf, rowsWith } from '../evaluate/rows.ts';
import { sidesOf, type Task } from '../evaluate/tasks.ts';
import type { Model } from '../model/index.ts';
import { LinearIndex } from '../search/index.ts';
import { thumbnail } from './pictures.ts';
import { type Strip, type StripItem, shorten } from './strips.ts';

export { sampleQueries } from '../evaluate/rows.ts';

export interface RetrievedOptions {
  /** Rows of the split's queries to ask, each with an item of the asked modality. */
  readonly queries: readonly number[];
  /** What is asked -> what is searched. Default `image->image`. */
  readonly task?: Task;
  /** Hits a query. */
  readonly k: number;
  /** Pixels of a picture's side. */
  readonly side: number;
  readonly signal?: AbortSignal;
}

/** Whether both sides of a task are there to be seen: pictures and texts, not their features alone. */
export const canShow = ({ modalities }: Dataset, task: Task): boolean =>
  sidesOf(task).every((name) => (name === 'image' ? modalities.image?.images : modalities.text?.texts));

/** Rows may share a text, as three pictures of one thing do: so many more hits are taken, and each text is shown once. */
const TEXTS_ALIKE = 10;

/** The nearest items of the split's database, for every query one line a model. The task must be one to show. */
export async function retrieve(
  data: Dataset,
  split: Split,
  models: readonly Model[],
  { queries, task = 'image->image', k, side, signal }: RetrievedOptions,
): Promise<Strip[]> {
  const [from, to] = sidesOf(task);
  const related = (a: number, b: number): boolean => {
    const classes = classesOfRow(data, a);
    return classesOfRow(data, b).some((label) => classes.includes(label));
  };
  const database = rowsWith(data, to, split.database);
  const taken = to === 'text' ? k * TEXTS_ALIKE : k;
  const textOf = (row: number): string => JSON.stringify(takeTexts(data.modalities.text!, [row]));
  const found = await Promise.all(
    models.map(async (model) => {
      const encode = (name: ModalityName, rows: readonly number[]) =>
        model.encode(name, inputsOf(model, data, name, rows), { ...(signal && { signal }) });
      const index = LinearIndex.from(await encode(to, database));
      const hits = await index.search(await encode(from, queries), { k: taken, ...(signal && { signal }) });
      const rows = hits.map((list) => list.map(({ row, distance }) => ({ row: database[row]!, distance })));
      if (to === 'image') return rows;
      return rows.map((list) => firstOfEach(list, ({ row }) => textOf(row)).slice(0, k));
    }),
  );
  return Promise.all(
    queries.map(async (query, q) => ({
      query: await show(data, from, query, side),
      lines: await Promise.all(
        models.map(async (model, m) => ({
          method: model.method,
          hits: await Promise.all(
            found[m]![q]!.map(async ({ row, distance }) => ({
              ...(await show(data, to, row, side)),
              right: related(query, row),
              distance,
            })),
          ),
        })),
      ),
    })),
  );
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

async function show(data: Dataset, modality: ModalityName, row: number, side: number): Promise<StripItem> {
  const name = data.classes[classesOfRow(data, row)[0] ?? -1] ?? 'unlabelled';
  if (modality === 'text')
    return { name, text: takeTexts(data.modalities.text!, [row])[0]!.join('\u{A0}· ') };
  try {
    return { name, picture: await thumbnail(takeImages(data.modalities.image!, [row]), 0, side) };
  } catch (error) {
    // A model of ready-made features never decoded it: one bad file must not cost a finished evaluation its report.
    if (!(error instanceof UnseenError)) throw error;
    return { name, text: `(${error.message})` };
  }
}

/** What the picture shows, in words. */
export function describeStrips(strips: readonly Strip[]): string {
  const lines = strips.map(({ query, lines }) => {
    const counts = lines.map(({ method, hits }) => `${method} ${hits.filter(({ right }) => right).length}`);
    const asked = query.text === undefined ? query.name : `“${shorten(query.text, 60)}” (${query.name})`;
    return `${asked}: ${counts.join(', ')}`;
  });
  const k = strips[0]?.lines[0]?.hits.length ?? 0;
  return `Items of the query's class among the ${k} nearest codes. ${lines.join('; ')}.`;
}
