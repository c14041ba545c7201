/** What `--codes` names, opened as an index, or as codes, whose rows have names. */
import type { Codes } from '../../codes/index.ts';
import type { HammingIndex, Id } from '../../search/index.ts';
import { type CodeFacts, loadFacts } from '../code-file.ts';
import { formOf, readCodes } from './read.ts';

export interface RowNames {
  /** What lies beside the file, if anything does. */
  readonly facts?: CodeFacts;
  /** The row's name beside the file, else its own id, else its number. */
  readonly nameOf: (row: number) => string;
  /** Rows of row numbers and names; those that there are not are missing. Of rows with one name the first is meant. */
  readonly rowsOf: (texts: readonly string[]) => Map<string, number>;
}

export interface NamedIndex extends RowNames {
  readonly index: HammingIndex;
}

export interface NamedCodes extends RowNames {
  readonly codes: Codes;
}

export interface OpenOptions {
  /** Threads that a search may use. Default: 1. */
  readonly threads?: number | undefined;
  readonly signal: AbortSignal;
}

/** The file's index, or a linear one of its codes. @throws as `readCodes` and `openIndex` */
export async function openNamed(file: string, options: OpenOptions): Promise<NamedIndex> {
  const { threads = 1, signal } = options;
  const search = await import('../../search/index.ts');
  const form = await formOf(file);
  if (form === 'index') {
    const index = await search.openIndex(file, { threads, signal });
    const facts = await loadFacts(file, index);
    return { index, ...rowNames(index.rows, (row) => index.idOf(row), facts) };
  }
  const { codes, ids, facts } = await readCodes(file, form, { signal });
  const index = search.LinearIndex.from(codes, { threads, ...(ids && { ids }) });
  return { index, ...rowNames(index.rows, (row) => index.idOf(row), facts) };
}

/** The file's index where it has one, else its codes alone. @throws as `openNamed` */
export async function openRows(file: string, options: OpenOptions): Promise<NamedIndex | NamedCodes> {
  const form = await formOf(file);
  if (form === 'index') return openNamed(file, options);
  const { codes, ids, facts } = await readCodes(file, form, options);
  return { codes, ...rowNames(codes.count, (row) => ids?.[row] ?? row, facts) };
}

function rowNames(rows: number, idOf: (row: number) => Id, facts: CodeFacts | undefined): RowNames {
  const known = (row: number): string => facts?.names[row] ?? `${idOf(row)}`;
  return {
    ...(facts && { facts }),
    nameOf: (row) => (facts || idOf(row) !== row ? known(row) : `row ${row}`),
    rowsOf: (texts) => {
      const found = new Map<string, number>();
      const names = new Set<string>();
      for (const text of texts) {
        if (!/^\d+$/.test(text)) names.add(text);
        else if (Number(text) < rows) found.set(text, Number(text));
      }
      for (let row = 0; row < rows && names.size > 0; row++) {
        if (names.delete(known(row))) found.set(known(row), row);
      }
      return found;
    },
  };
}
