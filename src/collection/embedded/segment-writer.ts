/** Writes at the end of the codes: one file at a time, which stays open from one write to the next. */
import { fdatasyncSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { DiskPace } from './disk-pace.ts';
import { syncFolder } from './manifest.ts';
import type { Segments, Tail } from './segments.ts';
import { step } from './steps.ts';

/** So much goes into the system's cache in less time than a round through the thread pool takes. */
const AT_ONCE_BYTES = 128 * 1024;

export class SegmentWriter {
  readonly #segments: Segments;
  #file: { readonly segment: number; readonly handle: FileHandle } | undefined;

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  /**
   * Writes at the tail, over whatever a failed write left there. On the disk when it resolves; with a `pace`, this thread
   * waits for it.
   */
  async append(at: Tail, pieces: readonly Uint8Array[], pace?: DiskPace): Promise<void> {
    try {
      const handle = await this.#open(at);
      const all = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      const half = all.length >> 1;
      await writeAll(handle, all.subarray(0, half), at.bytes);
      step('segment half written');
      await writeAll(handle, all.subarray(half), at.bytes + half);
      step('segment written');
      if (pace) pace.timed(() => fdatasyncSync(handle.fd));
      else await handle.datasync();
      step('segment synced');
    } catch (cause) {
      await this.close().catch(() => {}); // what failed is told
      throw cause;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #open({ segment, bytes }: Tail): Promise<FileHandle> {
    if (bytes > 0 && this.#file?.segment === segment) return this.#file.handle;
    await this.close();
    const handle = await open(this.#segments.fileOf(segment), bytes === 0 ? 'w' : 'r+');
    this.#file = { segment, handle };
    if (bytes === 0) {
      step('segment created');
      await syncFolder(this.#segments.folder);
      step('segment folder synced');
    }
    return handle;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const rest = bytes.length - done;
    done +=
      rest <= AT_ONCE_BYTES
        ? writeSync(handle.fd, bytes, done, rest, at + done)
        : (await handle.write(bytes, done, rest, at + done)).bytesWritten;
  }
}
