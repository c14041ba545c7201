/** Bytes of all files of a collection's folder. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

export async function diskBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // A compaction may take files away under way.
    total += (await stat(path.join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return total;
}
