/** `collection.json`: that a folder is a collection. Written once, when it is made; what may change is in the commit record. */
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { bitsSchema, modelSchema } from './head.ts';

const FORMAT = 'unseen-collection/1';
export const MANIFEST_FILE = 'collection.json';

const schema = z.strictObject({
  format: z.literal(FORMAT),
  /** Safe as a part of an address and of a path. */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9, _ and -'),
});
const givenSchema = schema.extend({ bits: bitsSchema, model: modelSchema });

export type CollectionManifest = z.infer<typeof schema>;

/** @throws `ARGUMENT_INVALID` */
export function makeManifest(name: string, bits: number, model: string): CollectionManifest {
  const result = givenSchema.safeParse({ format: FORMAT, name, bits, model });
  if (result.success) return { format: FORMAT, name };
  const { path: place, message } = result.error.issues[0]!;
  const received = { name, bits, model }[place.join('.')] ?? 'nothing';
  throw new UnseenError('ARGUMENT_INVALID', { name: place.join('.'), reason: message, received });
}

/** Appears whole or not at all, and is on the disk when it resolves. */
export async function writeManifest(folder: string, manifest: CollectionManifest): Promise<void> {
  const file = path.join(folder, MANIFEST_FILE);
  const handle = await open(`${file}.new`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncFolder(folder);
}

/** @throws `COLLECTION_MISSING`, `COLLECTION_FORMAT_UNKNOWN`, `COLLECTION_DAMAGED` */
export async function readManifest(folder: string): Promise<CollectionManifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new UnseenError('COLLECTION_MISSING', { folder, reason: cause.code ?? String(cause) }, { cause });
  });
  const damaged = (reason: string): UnseenError =>
    new UnseenError('COLLECTION_DAMAGED', { file, where: 'manifest', reason });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw damaged('is no JSON');
  }
  const format = (raw as { format?: unknown } | null)?.format;
  if (format !== FORMAT)
    throw new UnseenError('COLLECTION_FORMAT_UNKNOWN', { file, received: format ?? 'none', known: FORMAT });
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw damaged(`${result.error.issues[0]!.path.join('.')}: ${result.error.issues[0]!.message}`);
}

/** A new name in a folder is on the disk only when the folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
