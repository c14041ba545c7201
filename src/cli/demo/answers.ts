/** What the explorers of the demo's page answer with. */
import type { Images } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { thumbnail } from '../../report/pictures.ts';
import type { Answer, Handler } from './server.ts';

/** Hits shown for a query. */
export const HITS = 20;
/** Pixels: sharp enough on screens of two dots a pixel at the 48 of the page. */
const SIDE = 96;

/** `<` is written as an escape: even where somebody takes the answer for HTML, what was asked is no element of it. */
export const json = (value: unknown): Answer => ({
  type: 'application/json',
  body: JSON.stringify(value).replaceAll('<', '\\u003c'),
});

export const wrong = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

/** `unseen` searches the classes that nobody labelled, `generalized` those of training, too. */
export function databaseAsked(parameters: URLSearchParams): 'unseen' | 'generalized' {
  const database = parameters.get('in') ?? 'unseen';
  if (database !== 'unseen' && database !== 'generalized') {
    throw wrong('in', 'must be unseen or generalized', database);
  }
  return database;
}

/** The place of `row` among the rows that may ask. */
export function placeAsked(parameters: URLSearchParams, rows: readonly number[], which: string): number {
  const asked = parameters.get('row') ?? '';
  const place = /^\d{1,9}$/.test(asked) ? rows.indexOf(Number(asked)) : -1;
  if (place < 0) throw wrong('row', `must be ${which}`, asked || 'nothing');
  return place;
}

/** `/picture/12.png`; nothing for any other path. */
export async function pictureOf(images: Images, pathname: string): Promise<Answer | undefined> {
  const picture = /^\/picture\/(\d{1,9})\.png$/.exec(pathname);
  const row = Number(picture?.[1]);
  if (!picture || row >= images.count) return undefined;
  return { type: 'image/png', body: await thumbnail(images, row, SIDE) };
}

/** The page at `/`, and what is below `/<name>/` from the handler of that name. */
export function site(page: string, parts: Readonly<Record<string, Handler>>): Handler {
  return (url) => {
    if (url.pathname === '/') return { type: 'text/html; charset=utf-8', body: page };
    const [, name, rest] = /^\/([a-z]+)(\/.*)$/.exec(url.pathname) ?? [];
    if (name === undefined || !Object.hasOwn(parts, name)) return undefined;
    const inner = new URL(url);
    inner.pathname = rest!;
    return parts[name]!(inner);
  };
}
