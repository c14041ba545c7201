/** A collection → one file, item after item: memory is a picture, not a collection. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { bytesToHex } from '../../codes/text.ts';
import { writeFileAtomic } from '../../data/files.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { CollectionReader, Item } from '../contract.ts';
import { syncFolder } from '../embedded/manifest.ts';
import { EXPORT_FORMAT, type ExportedItem, type ExportHeader } from './format.ts';

/** Codes and pictures hardly shrink; what shrinks does so at the first levels. */
const GZIP_LEVEL = 2;
/** Characters that go to the compressor together. */
const PIECE = 2 ** 18;

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Called after every piece. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Writes one state of the collection, pictures too, to a file that appears whole or not at all, and takes the place of one
 * that is there. Of a collection that is written to meanwhile, give a reader (`openReader`): it stays as it is.
 * @throws `INDEX_CHANGED` if items changed while they were read, `ABORTED`, `SYSTEM_FAILED`; as `items` and `picture`
 */
export async function exportCollection(
  reader: CollectionReader,
  file: string,
  options: TransferOptions = {},
): Promise<{ readonly items: number }> {
  const state: { items: number; failure?: unknown } = { items: 0 };
  const source = Readable.from(pieces(reader, options, state), { objectMode: false });
  const gzip = createGzip({ level: GZIP_LEVEL });
  pipeline(source, gzip, () => {}); // what fails in it ends the reading of `gzip` too
  await writeFileAtomic(file, gzip).catch((cause) => {
    throw state.failure ?? cause;
  });
  await syncFolder(path.dirname(path.resolve(file)));
  return { items: state.items };
}

async function* pieces(
  reader: CollectionReader,
  { signal, onProgress }: TransferOptions,
  state: { items: number; failure?: unknown },
): AsyncGenerator<string, void, undefined> {
  try {
    // Asked in one go, so that both are of one state.
    const items = reader.items();
    const [total, first] = await Promise.all([reader.count(), items.next()]);
    const { name, bits, model } = reader;
    const hash = createHash('sha256');
    const header: ExportHeader = { format: EXPORT_FORMAT, name, bits, model, items: total };
    let piece = `${JSON.stringify(header)}\n`;
    const flush = (): string => {
      throwIfAborted(signal, 'export');
      hash.update(piece);
      onProgress?.({ done: state.items, total });
      const text = piece;
      piece = '';
      return text;
    };
    for (let next = first; !next.done; next = await items.next()) {
      for await (const line of linesFor(reader, next.value)) piece += `${line}\n`;
      state.items++;
      if (piece.length >= PIECE) yield flush();
    }
    if (piece.length > 0) yield flush();
    if (state.items !== total || reader.model !== model) throw new UnseenError('INDEX_CHANGED');
    yield `${JSON.stringify({ end: true, items: total, sha256: hash.digest('hex') })}\n`;
  } catch (cause) {
    state.failure = cause;
    throw cause;
  }
}

/** An item and its picture. */
async function* linesFor(reader: CollectionReader, item: Item): AsyncGenerator<string, void, undefined> {
  const { id, codes, payload, picture: sha256 } = item;
  const { image, text } = codes;
  const line: ExportedItem = {
    id,
    codes: { ...(image && { image: bytesToHex(image) }), ...(text && { text: bytesToHex(text) }) },
    payload,
  };
  if (sha256 === undefined) {
    yield JSON.stringify(line);
    return;
  }
  const picture = await reader.picture(id);
  const found = picture && createHash('sha256').update(picture.bytes).digest('hex');
  if (found !== sha256) throw new UnseenError('INDEX_CHANGED'); // replaced or deleted meanwhile
  yield JSON.stringify({ ...line, picture: { type: picture!.type, sha256 } });
  yield JSON.stringify(Buffer.from(picture!.bytes).toString('base64'));
}
