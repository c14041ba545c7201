/** Files of settings: what `tune --out` writes, and `train` and `compare` take. */
import { z } from 'zod';
import { readJson } from '../data/files.ts';
import { UnseenError } from '../errors.ts';

const MAX_CONFIG_BYTES = 1 << 20;

const configSchema = z.strictObject({
  method: z.string().optional(),
  bits: z.number().optional(),
  seed: z.number().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
});

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `CONFIG_INVALID` */
export async function readConfig(file: string): Promise<z.output<typeof configSchema>> {
  const parsed = configSchema.safeParse(await readJson(file, MAX_CONFIG_BYTES));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join('.') || 'top level';
  throw new UnseenError('CONFIG_INVALID', { file, where, reason: issue.message });
}

/**
 * The settings of several files by their methods, those of `given` over them, key by key. Lengths and seeds of the files are
 * not settings, and stay theirs.
 * @throws as `readConfig`, and `CONFIG_INVALID` for a file that names no method, or one that another file names
 */
export async function settingsOfConfigs(
  files: readonly string[],
  given: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): Promise<Record<string, Readonly<Record<string, unknown>>>> {
  const merged: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const file of files) {
    const { method, settings = {} } = await readConfig(file);
    const refuse = (reason: string): never => {
      throw new UnseenError('CONFIG_INVALID', { file, where: 'method', reason });
    };
    if (method === undefined) return refuse('must say whose settings these are');
    if (Object.hasOwn(merged, method)) refuse(`${method} has settings from another file`);
    merged[method] = settings;
  }
  for (const [method, settings] of Object.entries(given)) merged[method] = { ...merged[method], ...settings };
  return merged;
}
