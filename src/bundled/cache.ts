/** Arrays that are dear to make and cheap to keep: a folder each, written whole, verified by checksum when read. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalHash } from '../data/canonical-hash.ts';
import { readJson, writeFileAtomic, writeFolderAtomic } from '../data/files.ts';
import type { NpyData } from '../data/npy.ts';
import { readNpy, writeNpy } from '../data/npy.ts';
import { UnseenError } from '../errors.ts';

export interface CachedArray {
  readonly data: NpyData;
  readonly shape: readonly number[];
}

/** Everything that the arrays depend on: another value is another folder. */
export type CacheKey = Readonly<Record<string, string | number>>;

const FORMAT = 'unseen-cache/1';
const MANIFEST = 'cache.json';
const MAX_MANIFEST_BYTES = 1e6;

const schema = z.object({
  format: z.literal(FORMAT),
  arrays: z.record(z.string(), z.string()),
});

const folderOf = (cacheDir: string, name: string, key: CacheKey): string =>
  path.join(cacheDir, `${name}-${canonicalHash(key).slice(0, 16)}`);

const digest = ({ data, shape }: CachedArray): string =>
  createHash('sha256')
    .update(`${data.constructor.name} ${shape.join(' ')}\n`)
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

/** The arrays of these names, or `undefined` when the cache has none, has others, or is damaged: then make them again. */
export async function readCache(
  cacheDir: string,
  name: string,
  key: CacheKey,
  arrays: readonly string[],
): Promise<ReadonlyMap<string, CachedArray> | undefined> {
  const folder = folderOf(cacheDir, name, key);
  try {
    const manifest = schema.parse(await readJson(path.join(folder, MANIFEST), MAX_MANIFEST_BYTES));
    const found = new Map<string, CachedArray>();
    for (const array of arrays) {
      const content = await readNpy(path.join(folder, `${array}.npy`));
      if (digest(content) !== manifest.arrays[array]) return undefined;
      found.set(array, content);
    }
    return found;
  } catch {
    return undefined; // no failure of a cache is worth stopping for
  }
}

/** Returns whether the arrays were kept: a folder that cannot be written is no failure. */
export async function writeCache(
  cacheDir: string,
  name: string,
  key: CacheKey,
  arrays: ReadonlyMap<string, CachedArray>,
): Promise<boolean> {
  try {
    await mkdir(cacheDir, { recursive: true });
    await writeFolderAtomic(folderOf(cacheDir, name, key), { force: true }, async (temporary) => {
      const digests: Record<string, string> = {};
      for (const [array, content] of arrays) {
        await writeNpy(path.join(temporary, `${array}.npy`), content.data, content.shape);
        digests[array] = digest(content);
      }
      const manifest = { format: FORMAT, key, arrays: digests };
      await writeFileAtomic(path.join(temporary, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
    });
    return true;
  } catch (cause) {
    if (cause instanceof UnseenError || (cause as NodeJS.ErrnoException).code) return false;
    throw cause;
  }
}
