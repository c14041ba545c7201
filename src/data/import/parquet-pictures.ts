/** Pictures whose bytes lie in a Parquet file: read again, a row group at a time, when they are wanted. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { ImageFiles } from '../dataset.ts';
import { withParquet } from './parquet-file.ts';
import type { FoundPictures } from './picture-paths.ts';

/** Pictures are read in order, by a few readers at once: the row group at hand and the one before it. */
const GROUPS_KEPT = 2;

/** A picture in a column: its bytes, or an object of `bytes` and `path`, as Hugging Face's `datasets` writes it. */
export interface Embedded {
  readonly bytes?: Uint8Array;
  readonly path?: Uint8Array;
}

export function embeddedIn(value: unknown): Embedded | undefined {
  if (value instanceof Uint8Array) return { bytes: value };
  if (value === null || typeof value !== 'object') return undefined;
  const { bytes, path: file } = value as Record<string, unknown>;
  return {
    ...(bytes instanceof Uint8Array && { bytes }),
    ...(file instanceof Uint8Array && { path: file }),
  };
}

interface Place {
  readonly group: number;
  readonly row: number;
  readonly name: string;
}

/** Notes where pictures lie; the same bytes are one picture. */
export class EmbeddedPictures {
  readonly #file: string;
  readonly #column: string;
  readonly #places: Place[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #keys = new Map<string, string>();

  constructor(file: string, column: string) {
    this.#file = file;
    this.#column = column;
  }

  /** Returns what the row calls its picture: its path where that is free, else a name of the row. */
  add(bytes: Uint8Array, group: number, row: number, line: number, written: string | undefined): string {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const known = this.#keys.get(hash);
    if (known !== undefined) return known;
    const number = this.#places.length;
    const key = written !== undefined && !this.#numbers.has(written) ? written : `picture of row ${line}`;
    const ending = /^\.[a-z0-9]{1,5}$/i.exec(path.posix.extname(written ?? ''))?.[0] ?? '';
    this.#places.push({ group, row, name: `${String(line).padStart(8, '0')}${ending}` });
    this.#numbers.set(key, number);
    this.#keys.set(hash, key);
    return key;
  }

  get found(): FoundPictures {
    const kept = new Map<number, Promise<readonly (Uint8Array | undefined)[]>>();
    const groupOf = (group: number) => {
      let rows = kept.get(group);
      if (!rows) {
        rows = withParquet(this.#file, async (parquet) => {
          const read = await parquet.read(group, [this.#column]);
          return read.map((row) => embeddedIn(row[this.#column])?.bytes);
        });
        rows.catch(() => undefined); // whoever asked for it is told
        kept.set(group, rows);
        for (const oldest of kept.keys()) {
          if (kept.size <= GROUPS_KEPT) break;
          kept.delete(oldest);
        }
      }
      return rows;
    };
    const images: ImageFiles = {
      kind: 'files',
      count: this.#places.length,
      name: (number) => this.#places[number]!.name,
      read: async (number) => {
        const { group, row } = this.#places[number]!;
        return (await groupOf(group))[row] ?? new Uint8Array(0);
      },
    };
    return { images, numbers: this.#numbers, missing: new Map() };
  }
}
