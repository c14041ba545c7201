/** One writer a folder: a file with the writer's process number. What a killed writer left is taken over. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';

export const LOCK_FILE = 'running';

/**
 * Locks an existing folder and returns what unlocks it.
 * @throws `COMPARISON_RUNNING` while another process holds it, or this one; the file system's own errors
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, LOCK_FILE);
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (isAlive(holder)) throw new UnseenError('COMPARISON_RUNNING', { folder, file, process: holder });
    await rm(file, { force: true });
  }
}

/** Whether a process of that number exists: signal 0 is no signal. One of another user answers EPERM. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
