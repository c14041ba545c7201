/** Codes out of any file that holds some, told by its first bytes: `.npy`, index file, binary index of FAISS. */
import type { BitOrder, Codes } from '../../codes/index.ts';
import { readExactly, withFile } from '../../data/files.ts';
import type { HammingIndex, Id } from '../../search/index.ts';
import { type CodeFacts, loadCodes, loadFacts, takeFacts } from '../code-file.ts';

export const CODES_HELP = '.npy of unseen encode, file of unseen codes index, or binary flat index of FAISS';

export type Form = 'npy' | 'index' | 'faiss';

export interface CodesFile {
  readonly codes: Codes;
  /** The file's own, one a code. */
  readonly ids?: ArrayLike<Id>;
  /** What lies beside the file, if anything does. */
  readonly facts?: CodeFacts;
}

/** What does not begin as an index is taken for a `.npy`, whose reader says what is wrong with it. */
export async function formOf(file: string): Promise<Form> {
  const magic = await withFile(file, async (handle, length) => {
    const bytes = new Uint8Array(Math.min(8, length));
    await readExactly(handle, bytes, 0, file);
    return new TextDecoder('latin1').decode(bytes);
  });
  if (magic === 'UNSEENIX') return 'index';
  return /^IB(xF|Mp|M2)/.test(magic) ? 'faiss' : 'npy';
}

export interface ReadOptions {
  /** Order of the bits in a byte of a `.npy`; the other forms have one order only. Default: little. */
  readonly bitOrder?: BitOrder;
  readonly signal: AbortSignal;
}

/**
 * All codes of the file but those that were deleted.
 * @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`, `NPY_UNSUPPORTED`, and as `openIndex` and `readFaissFlat`
 */
export async function readCodes(file: string, form: Form, options: ReadOptions): Promise<CodesFile> {
  const { bitOrder = 'little', signal } = options;
  if (form === 'npy') return loadCodes(file, { bitOrder });
  const search = await import('../../search/index.ts');
  if (form === 'faiss') {
    const read = await search.readFaissFlat(file);
    const facts = await loadFacts(file, { rows: read.codes.count, bits: read.codes.bits });
    return { ...read, ...(facts && { facts }) };
  }
  const index = await search.openIndex(file, { signal });
  const facts = await loadFacts(file, index);
  const rows = liveRows(index);
  const own = rows.some((row) => index.idOf(row) !== row);
  const read = {
    codes: index.codes().take(rows),
    ...(own && { ids: rows.map((row) => index.idOf(row)) }),
    ...(facts && { facts: takeFacts(facts, rows) }),
  };
  index.close();
  return read;
}

/** Rows that are not deleted. Their ids do not tell: a deleted row's id may have come again. */
export function liveRows(index: HammingIndex): number[] {
  const rows: number[] = [];
  index.bitmap((_, row) => rows.push(row) > 0);
  return rows;
}
