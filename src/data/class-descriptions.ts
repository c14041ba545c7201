/**
 * Descriptions of classes, a sentence or more each: `.json` `{"cat": "A small animal …" or […]}`, `.jsonl` with `class` and `text`,
 * `.tsv` and `.txt` with a tab between name and text. What they mean is for a text encoder, in a room above.
 */
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { classFinder } from './class-names.ts';
import { decodeUtf8, firstLines, readBounded, readJson } from './files.ts';

/** A thousand classes with a page of text each are some megabytes. */
const MAX_BYTES = 1 << 28;

const malformed = (file: string, where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where, reason, received });

const isText = (value: unknown): value is string | string[] =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'));

/** Whether a file holds sentences, not numbers. What it cannot tell is left to the reader of vectors. */
export async function holdsClassDescriptions(file: string): Promise<boolean> {
  const kind = path.extname(file).toLowerCase();
  if (kind === '.jsonl' || kind === '.tsv') return true;
  if (kind === '.txt') {
    const [line = ''] = await firstLines(file, 1);
    const text = /^[^\t]+\t(.*)$/.exec(line)?.[1]?.trim();
    return text !== undefined && !text.split(/\s+/).every((field) => Number.isFinite(Number(field)));
  }
  if (kind !== '.json') return false;
  const value = await readJson(file, 1 << 30);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const values: unknown[] = Object.values(value);
  // A remark among vectors makes no descriptions, nor do numbers in quotation marks.
  const hasVectors = values.some((one) => Array.isArray(one) && typeof one[0] === 'number');
  return !hasVectors && values.some((one) => isText(one) && /\p{L}/u.test([one].flat().join(' ')));
}

function* fromJson(value: unknown, file: string): Generator<[string, string | string[]]> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw malformed(file, 'top level', 'must be an object of texts', value);
  for (const [name, text] of Object.entries(value)) {
    if (!isText(text)) throw malformed(file, `class "${name}"`, 'must be a text or a list of texts', text);
    yield [name, text];
  }
}

function parseLine(line: string, file: string, where: string): [string, string | string[]] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new UnseenError(
      'FILE_MALFORMED',
      { file, where, reason: 'must be JSON', received: line.slice(0, 60) },
      { cause },
    );
  }
  const { class: name, text } = (value ?? {}) as { class?: unknown; text?: unknown };
  if (typeof name === 'string' && isText(text)) return [name, text];
  throw malformed(file, where, 'needs "class", a text, and "text", a text or a list', line.slice(0, 60));
}

function* fromLines(text: string, file: string): Generator<[string, string | string[]]> {
  const isJson = /\.jsonl$/i.test(file);
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `line ${i + 1}`;
    const tab = line.indexOf('\t');
    if (isJson) yield parseLine(line, file, where);
    else if (tab > 0) yield [line.slice(0, tab).trim(), line.slice(tab + 1).trim()];
    else throw malformed(file, where, 'must be a name, a tab and a text', line.slice(0, 60));
  }
}

/**
 * Texts of every class, in class order; a class on several lines has all of them. Names beyond the classes are passed over,
 * and may be spelled otherwise (`class-names.ts`).
 *
 * @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`; `CLASS_EMBEDDING_MISSING` for a class without a text
 */
export async function readClassDescriptions(file: string, classes: readonly string[]): Promise<string[][]> {
  const entries = /\.json$/i.test(file)
    ? fromJson(await readJson(file, MAX_BYTES), file)
    : fromLines(decodeUtf8(await readBounded(file, MAX_BYTES), file), file);
  const texts = new Map<string, string[]>();
  for (const [name, text] of entries)
    texts.set(name, [...(texts.get(name) ?? []), ...[text].flat().filter((one) => one.trim() !== '')]);
  const find = classFinder([...texts.keys()]);
  const held = [...texts.values()];
  return classes.map((name) => {
    const found = held[find(name) ?? -1] ?? [];
    if (found.length === 0) throw new UnseenError('CLASS_EMBEDDING_MISSING', { file, name });
    return found;
  });
}
