/** The codes of a linear index in its file: packed rows, one behind the other, whatever shards they lie in. */
import type { RowStore } from '../store.ts';
import type { IndexReader } from './reader.ts';
import type { Section } from './writer.ts';

/** Bytes of codes that are copied from a store at once. */
const COPY_BYTES = 4 * 1024 * 1024;

export function codeSections(store: RowStore, bits: number): Section[] {
  const width = bits / 8;
  const step = Math.floor(COPY_BYTES / width);
  const chunks = function* (): Generator<Uint8Array> {
    for (let from = 0; from < store.count; from += step) {
      yield store.read(from, Math.min(from + step, store.count));
    }
  };
  return [{ name: 'codes', bytes: store.count * width, chunks }];
}

/** @throws `INDEX_FILE_INVALID`, `INDEX_TOO_LARGE`, and as `IndexReader.chunks` */
export async function appendCodes(reader: IndexReader, store: RowStore): Promise<void> {
  const { rows, bits } = reader.head;
  reader.bytes('codes', rows * (bits / 8));
  for await (const packed of reader.chunks('codes', bits / 8)) store.append(packed);
}
