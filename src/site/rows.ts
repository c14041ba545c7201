/** Codes, payloads and pictures of a collection as files of a site, one state of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Codes } from '../codes/index.ts';
import { type CollectionReader, type Item, MODALITIES, type Picture } from '../collection/index.ts';
import { throwIfAborted } from '../errors.ts';
import { compareIds } from '../search/ids.ts';
import { LinearIndex, saveIndex } from '../search/index.ts';
import type { SiteOptions } from './export.ts';
import { itemsFile, type SiteItem, type SiteManifest } from './format.ts';

/** Rows a file: a page of hits asks for some of them, and none is large. */
const CHUNK = 128;

const ENDINGS: Readonly<Record<Picture['type'], string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
};

export interface WrittenRows extends Pick<SiteManifest, 'indexes' | 'chunk' | 'firsts'> {
  readonly items: number;
  /** Different ones: items may share a picture. */
  readonly pictures: number;
  readonly version: number;
}

export async function writeRows(
  reader: CollectionReader,
  folder: string,
  { signal, onProgress }: Pick<SiteOptions, 'signal' | 'onProgress'>,
): Promise<WrittenRows> {
  const { version } = reader;
  const items: Item[] = [];
  for await (const item of reader.items()) items.push(item);
  items.sort((a, b) => compareIds(a.id, b.id));
  await mkdir(path.join(folder, 'items'));
  await mkdir(path.join(folder, 'pictures'));
  const indexes = await writeIndexes(items, reader.bits, folder);
  const firsts: string[] = [];
  const pictures = new Map<string, string>();
  for (let from = 0; from < items.length; from += CHUNK) {
    throwIfAborted(signal, 'the export of the site', 'Nothing was written.');
    const rows: SiteItem[] = [];
    for (const { id, payload, picture: hash } of items.slice(from, from + CHUNK)) {
      const picture =
        hash === undefined ? undefined : await writePicture(reader, { id, hash }, folder, pictures);
      rows.push({ id, payload, ...(picture !== undefined && { picture }) });
    }
    await writeFile(path.join(folder, itemsFile(firsts.length)), JSON.stringify(rows), { flush: true });
    firsts.push(rows[0]!.id);
    onProgress?.({ done: from + rows.length, total: items.length });
  }
  return { items: items.length, pictures: pictures.size, version, indexes, chunk: CHUNK, firsts };
}

/** An index a modality that any item has a code of; an id is the number of the item's row. */
async function writeIndexes(
  items: readonly Item[],
  bits: number,
  folder: string,
): Promise<SiteManifest['indexes']> {
  const indexes: Record<string, string> = {};
  const width = bits / 8;
  for (const modality of MODALITIES) {
    const ids = items.flatMap(({ codes }, row) => (codes[modality] ? [row] : []));
    if (ids.length === 0) continue;
    const bytes = new Uint8Array(ids.length * width);
    for (const [i, row] of ids.entries()) bytes.set(items[row]!.codes[modality]!, i * width);
    const index = LinearIndex.from(Codes.fromBytes(bytes, { bits }), { ids });
    indexes[modality] = `${modality}.index`;
    await saveIndex(index, path.join(folder, `${modality}.index`));
    index.close();
  }
  return indexes;
}

/** The name of the file below `pictures/`, written when it is first asked for: equal pictures are one file. */
async function writePicture(
  reader: CollectionReader,
  { id, hash }: { readonly id: string; readonly hash: string },
  folder: string,
  written: Map<string, string>,
): Promise<string | undefined> {
  const known = written.get(hash);
  if (known !== undefined) return known;
  const picture = await reader.picture(id);
  if (!picture) return undefined;
  const name = `${hash}.${ENDINGS[picture.type]}`;
  await writeFile(path.join(folder, 'pictures', name), picture.bytes);
  written.set(hash, name);
  return name;
}
