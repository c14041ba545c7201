/** Words that ask for pictures, and pictures that ask for words and pictures, in the codes of a cross-modal model. */
import type { Codes } from '../../codes/index.ts';
import { classesOfRow, type Dataset, type ModalityName, type Split } from '../../data/index.ts';
import { inputsOf } from '../../evaluate/rows.ts';
import type { Model } from '../../model/index.ts';
import { sampleQueries } from '../../report/retrieved.ts';
import { LinearIndex } from '../../search/index.ts';
import { databaseAsked, HITS, json, pictureOf, placeAsked, wrong } from './answers.ts';
import type { Handler } from './server.ts';

/** Longest text that is asked, in UTF-16 units: some sentences. */
export const MAX_TEXT = 200;
/** Texts shown for a picture. */
const TEXTS = 6;
/** Drawings of one emoji at most: so many more hits are taken, and each emoji is shown once, by its nearest. */
const STYLES = 3;

/**
 * Answers `/items.json` (texts to try), `/words.json?text=…&in=…`, `/near.json?row=…&in=…` (a picture of the database)
 * and `/picture/….png`. Every row must have a picture and texts, at its own number.
 */
export async function wordExplorer(data: Dataset, split: Split, model: Model): Promise<Handler> {
  const { image, text } = data.modalities;
  const images = image!.images!;
  // Unseen rows first, so that both databases are one array of rows.
  const rows = [...split.database, ...split.train];
  const encode = async (side: ModalityName) => {
    const codes = await model.encode(side, inputsOf(model, data, side, rows));
    const unseen = LinearIndex.from(codes.slice(0, split.database.length));
    return { codes, unseen, generalized: LinearIndex.from(codes) };
  };
  const sides = { image: await encode('image'), text: await encode('text') };
  const unseen = new Set(split.unseen);
  const groupOf = (row: number): number => data.groups?.[row] ?? row;
  const describe = (row: number) => {
    const [name, ...tags] = text!.texts![row]!;
    const label = classesOfRow(data, row)[0]!;
    return { row, name: name!, tags, class: data.classes[label]!, labelled: !unseen.has(label) };
  };
  // Chosen by their place alone, before anything is searched: the first query of every unseen class.
  const examples = sampleQueries(data, split, split.unseen.length, 'text').map(describe);

  /** At most `most` emoji, none of the group `without`. */
  async function nearest(
    query: Codes,
    index: LinearIndex,
    { most, without }: { most: number; without?: number },
  ) {
    const [found] = await index.search(query, { k: STYLES * (most + 1) });
    const shown = new Set<number | undefined>([without]);
    const hits = [];
    for (const { row: place, distance } of found!) {
      const row = rows[place]!;
      if (shown.has(groupOf(row))) continue;
      shown.add(groupOf(row));
      hits.push({ ...describe(row), distance });
      if (hits.length === most) break;
    }
    return hits;
  }

  async function words(parameters: URLSearchParams) {
    const asked = parameters.get('text')?.trim() ?? '';
    if (asked.length < 1 || asked.length > MAX_TEXT) {
      throw wrong('text', `must have 1 to ${MAX_TEXT} characters`, `${asked.length} characters`);
    }
    const database = databaseAsked(parameters);
    const items = sides.image[database].count;
    // A text without a known word has a code, too, and it says nothing.
    if (model.unknownTexts([asked]).length > 0)
      return { text: asked, unknownWords: true, items, code: null, hits: [] };
    const query = await model.encode('text', [asked]);
    const hits = await nearest(query, sides.image[database], { most: HITS });
    return { text: asked, unknownWords: false, items, code: query.toHex(0), hits };
  }

  async function near(parameters: URLSearchParams) {
    const place = placeAsked(parameters, rows, 'a picture of the database');
    const database = databaseAsked(parameters);
    const row = rows[place]!;
    const query = sides.image.codes.slice(place, place + 1);
    return {
      query: { ...describe(row), code: query.toHex(0) },
      texts: await nearest(query, sides.text[database], { most: TEXTS }),
      hits: await nearest(query, sides.image[database], { most: HITS, without: groupOf(row) }),
    };
  }

  return async ({ pathname, searchParams }) => {
    if (pathname === '/items.json') return json({ examples });
    if (pathname === '/words.json') return json(await words(searchParams));
    if (pathname === '/near.json') return json(await near(searchParams));
    return pictureOf(images, pathname);
  };
}
