/** Where the bytes of an index come from and go to: a file, a blob, or memory. */
import { UnseenError } from '../../errors.ts';

export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** Its true length in bytes. */
  readonly length: number;
  /** Fills `target` with the bytes from `offset` on; the caller has held both against the length. */
  read(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface ByteSink {
  readonly name: string;
  /** In any order of offsets. `piece` may be used again once the promise has settled. */
  write(offset: number, piece: Uint8Array): Promise<void>;
  /** All was written: it appears as a whole. */
  finish(): Promise<void>;
  /** Takes back what was written; what stood there before stays. */
  abandon(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

export function bytesSource(bytes: Uint8Array, name = 'bytes'): ByteSource {
  return {
    name,
    length: bytes.length,
    read: async (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
    close: nothing,
  };
}

export function blobSource(blob: Blob, name = 'blob'): ByteSource {
  return {
    name,
    length: blob.size,
    read: async (offset, target) => {
      try {
        target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()));
      } catch (cause) {
        throw new UnseenError('FILE_UNREADABLE', { file: name, reason: String(cause) }, { cause });
      }
    },
    close: nothing,
  };
}

/** Writes into `bytes`, which is as long as all that will be written. */
export function bytesSink(bytes: Uint8Array): ByteSink {
  return {
    name: 'bytes',
    write: async (offset, piece) => bytes.set(piece, offset),
    finish: nothing,
    abandon: nothing,
  };
}

/** @throws `INDEX_TOO_LARGE` when the machine does not give as much in one piece. */
export function allocateBytes(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new UnseenError(
      'INDEX_TOO_LARGE',
      { received: bytes, reason: 'the memory was refused' },
      { cause },
    );
  }
}
