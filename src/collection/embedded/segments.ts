/** Files of packed codes that only grow. What lies behind the length that the records state does not exist. */
import { mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { UnseenError } from '../../errors.ts';
import type { Place } from './blocks.ts';

/** A write that would grow a file beyond this begins the next; one write is in one file. */
const SEGMENT_BYTES = 64 * 2 ** 20;
const SUFFIX = '.codes';

/** The end of what is committed: the next write goes there. */
export interface Tail {
  readonly segment: number;
  readonly bytes: number;
}

export class Segments {
  readonly folder: string;
  /** The highest number that was given out. */
  #last = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  fileOf(segment: number): string {
    return path.join(this.folder, `${String(segment).padStart(8, '0')}${SUFFIX}`);
  }

  async create(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  /** Where a write of that many bytes goes. */
  placeFor({ segment, bytes }: Tail, more: number): Tail {
    return bytes > 0 && bytes + more > SEGMENT_BYTES
      ? { segment: this.fresh(), bytes: 0 }
      : { segment, bytes };
  }

  /** Number of a new file: two that grow at the same time are not the same. */
  fresh(): number {
    return ++this.#last;
  }

  /** For a writer that opens: takes away what no committed write names. */
  async clean(named: ReadonlySet<number>, { segment, bytes }: Tail): Promise<void> {
    this.#last = Math.max(segment, ...named);
    for (const file of await readdir(this.folder)) {
      if (!named.has(Number(file.slice(0, -SUFFIX.length)))) await rm(path.join(this.folder, file));
    }
    const file = this.fileOf(segment);
    const length = named.has(segment) ? (await stat(file).catch(() => undefined))?.size : undefined;
    if (length !== undefined && length > bytes) await truncate(file, bytes);
  }

  /** Takes files away that nothing names any more. */
  async remove(segments: Iterable<number>): Promise<void> {
    for (const segment of segments) await rm(this.fileOf(segment), { force: true });
  }

  /** Reads codes by their places and holds one file in memory at a time. */
  reader(): (place: Place) => Promise<Uint8Array> {
    let current = -1;
    let content = Buffer.alloc(0);
    return async ({ segment, offset, bytes, crc }) => {
      const file = this.fileOf(segment);
      if (segment !== current) {
        content = await readFile(file).catch((cause) => {
          throw damaged(file, 'codes', `cannot be read (${cause.code ?? cause})`, cause);
        });
        current = segment;
      }
      const where = `bytes ${offset} to ${offset + bytes}`;
      if (offset + bytes > content.length) throw damaged(file, where, `the file ends at ${content.length}`);
      const codes = content.subarray(offset, offset + bytes);
      if (crc32(codes) !== crc) throw damaged(file, where, 'their checksum is not the one stated');
      return codes;
    };
  }
}

const damaged = (file: string, where: string, reason: string, cause?: unknown): UnseenError =>
  new UnseenError('COLLECTION_DAMAGED', { file, where, reason }, { cause });
