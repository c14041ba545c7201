/** Whether a write failed for want of room on the disk: then nothing is in doubt, and the next may when there is room again. */
import { statfsSync } from 'node:fs';

/** Of the file system and, as numbers of Linux, of LMDB. */
const NO_ROOM: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 28, 122];
/** LMDB calls a write that was cut short so, for which there was room for a part only. */
const CUT_SHORT: readonly unknown[] = ['EIO', 5];
/** With less free, a disk is full: one page of LMDB and one block of a file may not fit. */
const FULL_BYTES = 64 * 1024;

export function wantsRoom(code: unknown, folder: string): boolean {
  return NO_ROOM.includes(code) || (CUT_SHORT.includes(code) && freeBytes(folder) < FULL_BYTES);
}

/** Unknown counts as plenty: then the failure is taken for a worse one. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
