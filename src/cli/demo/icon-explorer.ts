/** Icons that ask for icons: the answers come from the trained codes. */
import type { Dataset, Split } from '../../data/index.ts';
import { inputsOf } from '../../evaluate/rows.ts';
import type { Model } from '../../model/index.ts';
import { LinearIndex } from '../../search/index.ts';
import { rowName } from '../data.ts';
import { databaseAsked, HITS, json, pictureOf, placeAsked } from './answers.ts';
import type { Handler } from './server.ts';

/** Answers `/items.json`, `/search.json?row=…&in=…` and `/picture/….png`. */
export async function iconExplorer(data: Dataset, split: Split, model: Model): Promise<Handler> {
  const images = data.modalities.image!.images!;
  const encode = (rows: readonly number[]) => model.encode('image', inputsOf(model, data, 'image', rows));
  const queries = await encode(split.query);
  // Unseen rows first, so that both databases are one array of rows.
  const rows = [...split.database, ...split.train];
  const codes = await encode(rows);
  const indexes = {
    unseen: LinearIndex.from(codes.slice(0, split.database.length)),
    generalized: LinearIndex.from(codes),
  };
  const unseen = new Set(split.unseen);
  const labels = data.modalities.image!.labels;
  const describe = (row: number) => ({
    row,
    name: rowName(data, row),
    family: data.classes[labels.first(row)]!,
  });
  const families = split.unseen.map((label) => ({
    name: data.classes[label],
    items: split.query.filter((row) => labels.first(row) === label).map(describe),
  }));

  async function search(parameters: URLSearchParams) {
    const place = placeAsked(parameters, split.query, 'a query of the split');
    const database = databaseAsked(parameters);
    const query = split.query[place]!;
    const started = performance.now();
    const [found] = await indexes[database].search(queries.slice(place, place + 1), { k: HITS });
    const milliseconds = performance.now() - started;
    const hits = found!.map(({ row, distance }) => {
      const item = rows[row]!;
      const label = labels.first(item);
      return {
        ...describe(item),
        distance,
        right: label === labels.first(query),
        labelled: !unseen.has(label),
      };
    });
    return {
      query: { ...describe(query), code: queries.toHex(place) },
      items: indexes[database].count,
      milliseconds,
      hits,
    };
  }

  return async ({ pathname, searchParams }) => {
    if (pathname === '/items.json') return json({ families });
    if (pathname === '/search.json') return json(await search(searchParams));
    return pictureOf(images, pathname);
  };
}
