/**
 * One file → items of a collection. It is read twice: first all of it is checked, so that nothing is written of a file that
 * was cut or changed, then it is written in batches, each durable. To repeat it after a failure does no harm.
 */
import { createHash } from 'node:crypto';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { checkItems } from '../check-items.ts';
import type { Collection, NewItem, Picture } from '../contract.ts';
import type { Payload } from '../payload.ts';
import type { TransferOptions } from './export.ts';
import {
  damagedExport,
  type ExportedItem,
  type ExportHeader,
  parseHeader,
  parseItem,
  parseTrailer,
  QUOTE,
} from './format.ts';
import { linesOf } from './lines.ts';

/** Items, and bytes of lines, that are written together. */
const BATCH_ITEMS = 4096;
const BATCH_BYTES = 16 * 2 ** 20;

/** What an export says about itself, without reading all of it: for a collection to import it into. @throws as `importCollection` */
export async function readExportHeader(file: string): Promise<ExportHeader> {
  for await (const line of linesOf(file)) return parseHeader(line, file);
  throw damagedExport(file, 'header', 'is missing');
}

/**
 * Upserts all items of an export, pictures too. Other items stay. In its progress each item counts twice, once when it is
 * checked and once when it is written.
 * @throws `EXPORT_DAMAGED`, `COLLECTION_FORMAT_UNKNOWN`, `COLLECTION_OTHER_MODEL`: then nothing was written. `ABORTED` and as
 *   `upsert`: then some batches may be.
 */
export async function importCollection(
  file: string,
  collection: Collection,
  { signal, onProgress }: TransferOptions = {},
): Promise<{ readonly items: number }> {
  const { name, model, bits } = collection;
  let items = 0;
  let done = 0;
  for (const write of [false, true]) {
    for await (const { header, batch } of batchesOf(file)) {
      if (header.model !== model || header.bits !== bits)
        throw new UnseenError('COLLECTION_OTHER_MODEL', { name, expected: model, received: header.model });
      throwIfAborted(signal, 'import', 'What was imported before is kept; to import again does no harm.');
      if (write && batch.length > 0) await collection.upsert(batch, { model });
      items = header.items;
      done += batch.length;
      onProgress?.({ done, total: 2 * items });
    }
  }
  return { items };
}

/** Batches of a file in which everything is as it should be; the first may be empty. @throws as `importCollection` */
async function* batchesOf(
  file: string,
): AsyncGenerator<{ readonly header: ExportHeader; readonly batch: readonly NewItem[] }> {
  const hash = createHash('sha256');
  let header: ExportHeader | undefined;
  let ended = false;
  let batch: NewItem[] = [];
  /** Of the batch: bytes of its lines, and the line of each item. */
  let [bytes, lines] = [0, [] as number[]];
  /** An item whose picture is the next line. */
  let open: ExportedItem | undefined;
  let [items, number] = [0, 0];
  for await (const line of linesOf(file)) {
    const where = `line ${++number}`;
    if (ended) throw damagedExport(file, where, 'stands behind the trailer');
    if (!header) {
      header = parseHeader(line, file);
      yield { header, batch };
    } else if (open) {
      batch.push(newItem(open, pictureOf(open, line, file, where)));
      open = undefined;
    } else if (items < header.items) {
      const item = parseItem(line, file, where);
      lines.push(number);
      items++;
      if (item.picture) open = item;
      else batch.push(newItem(item));
    } else {
      checkTrailer(parseTrailer(line, file), { file, items, sha256: hash.digest('hex') });
      ended = true;
      continue;
    }
    hash.update(line).update('\n');
    bytes += line.length;
    if (open || (batch.length < BATCH_ITEMS && bytes < BATCH_BYTES)) continue;
    checkBatch(batch, header, { file, lines });
    yield { header, batch };
    [batch, bytes, lines] = [[], 0, []];
  }
  if (!ended) throw damagedExport(file, `line ${number + 1}`, 'the file ends without its trailer');
  checkBatch(batch, header!, { file, lines });
  yield { header: header!, batch };
}

function checkTrailer(
  trailer: { readonly items: number; readonly sha256: string },
  { file, items, sha256 }: { readonly file: string; readonly items: number; readonly sha256: string },
): void {
  if (trailer.items !== items)
    throw damagedExport(file, 'trailer', `${trailer.items} items stated, ${items} found`);
  if (trailer.sha256 !== sha256)
    throw damagedExport(file, 'trailer', 'the SHA-256 is not that of the lines before it');
}

function pictureOf({ picture }: ExportedItem, line: Buffer, file: string, where: string): Picture {
  const bytes = new Uint8Array(Buffer.from(line.toString('latin1', 1, line.length - 1), 'base64'));
  if (line[0] === QUOTE && createHash('sha256').update(bytes).digest('hex') === picture!.sha256)
    return { type: picture!.type, bytes };
  throw damagedExport(file, where, 'is not the picture whose SHA-256 the line before it states');
}

function newItem({ id, codes: { image, text }, payload }: ExportedItem, picture?: Picture): NewItem {
  return {
    id,
    codes: {
      ...(image !== undefined && { image: new Uint8Array(Buffer.from(image, 'hex')) }),
      ...(text !== undefined && { text: new Uint8Array(Buffer.from(text, 'hex')) }),
    },
    payload: payload as Payload, // `checkItems` judges it
    ...(picture && { picture }),
  };
}

/** What a collection would refuse is told by its line. @throws `EXPORT_DAMAGED` */
function checkBatch(
  batch: readonly NewItem[],
  { bits }: ExportHeader,
  { file, lines }: { readonly file: string; readonly lines: readonly number[] },
): void {
  try {
    checkItems(batch, bits);
  } catch (cause) {
    if (!(cause instanceof UnseenError)) throw cause;
    const { row } = cause.values as { row?: number };
    const where = row === undefined ? `lines ${lines[0]} to ${lines.at(-1)}` : `line ${lines[row]}`;
    throw damagedExport(file, where, cause.message, cause);
  }
}
