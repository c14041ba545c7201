/** Making and opening embedded collections: one writer, any number of readers. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import type { Collection } from '../contract.ts';
import { EmbeddedCollection } from './collection.ts';
import { firstHead } from './head.ts';
import { load } from './load.ts';
import { thisHolder } from './lock.ts';
import { MANIFEST_FILE, makeManifest, readManifest, syncFolder, writeManifest } from './manifest.ts';
import type { IndexOptions } from './memory.ts';
import { EmbeddedReader } from './reader.ts';
import { Records } from './records.ts';
import { Segments } from './segments.ts';

const CODES = 'codes';
/** Folder of LMDB. */
const RECORDS = 'records';

export interface CreateCollectionOptions extends IndexOptions {
  /** 1 … 64 of a-z, 0-9, `_` and `-`. */
  readonly name: string;
  /** Bits of a code: a multiple of 8 from 8 to 4096. */
  readonly bits: number;
  /** Fingerprint of the model whose codes it will hold. */
  readonly model: string;
}

/**
 * Makes a collection in a folder that is empty or not there, and opens it for writing. What a creation that was killed
 * left behind is no collection, and is taken over.
 * @throws `COLLECTION_EXISTS`, `COLLECTION_LOCKED`, `ARGUMENT_INVALID`; the file system's own errors
 */
export async function createCollection(
  folder: string,
  { name, bits, model, ...options }: CreateCollectionOptions,
): Promise<Collection> {
  const manifest = makeManifest(name, bits, model);
  await mkdir(folder, { recursive: true });
  await checkFree(folder);
  await mkdir(path.join(folder, RECORDS), { recursive: true });
  const records = openRecords(folder, false);
  try {
    records.claim(thisHolder());
  } catch (cause) {
    await records.close();
    throw cause;
  }
  return held(records, async () => {
    await checkFree(folder); // another may have been faster
    await rm(path.join(folder, CODES), { recursive: true, force: true });
    await new Segments(path.join(folder, CODES)).create();
    await records.begin(firstHead(bits, model));
    await syncFolder(path.join(folder, RECORDS));
    await writeManifest(folder, manifest); // last: from now on it is a collection
    await syncFolder(path.dirname(path.resolve(folder)));
    return openLocked(folder, records, options);
  });
}

async function checkFree(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter(
    (name) => ![RECORDS, CODES, `${MANIFEST_FILE}.new`].includes(name),
  );
  if (left.length > 0) throw new UnseenError('COLLECTION_EXISTS', { folder });
}

export interface OpenCollectionOptions extends IndexOptions {
  /** Write though a process of another machine says that it does: for a machine that is known to be gone. Default: false. */
  readonly takeOver?: boolean;
}

/**
 * Opens a collection for writing, after whatever ended its last writer.
 * @throws `COLLECTION_MISSING`, `COLLECTION_FORMAT_UNKNOWN`, `COLLECTION_LOCKED`, `COLLECTION_DAMAGED`
 */
export async function openCollection(
  folder: string,
  { takeOver = false, ...options }: OpenCollectionOptions = {},
): Promise<Collection> {
  await readManifest(folder);
  const records = openRecords(folder, false);
  try {
    records.claim(thisHolder(), takeOver);
  } catch (cause) {
    await records.close();
    throw cause;
  }
  return held(records, () => openLocked(folder, records, options));
}

/**
 * Opens the state that is committed now, for reading, beside a writer or without one. It stays as it is until `refresh`.
 * @throws `COLLECTION_MISSING`, `COLLECTION_FORMAT_UNKNOWN`, `COLLECTION_DAMAGED`
 */
export async function openReader(folder: string, options: IndexOptions = {}): Promise<EmbeddedReader> {
  const { name } = await readManifest(folder);
  const segments = new Segments(path.join(folder, CODES));
  const records = openRecords(folder, true);
  try {
    return await EmbeddedReader.open({ name, folder, segments }, records, options);
  } catch (cause) {
    await records.close();
    throw cause;
  }
}

/** Lets the lock go if the work fails. */
async function held<T>(records: Records, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    records.release();
    await records.close();
    throw cause;
  }
}

async function openLocked(folder: string, records: Records, options: IndexOptions): Promise<Collection> {
  const { name } = await readManifest(folder);
  const segments = new Segments(path.join(folder, CODES));
  const view = records.view();
  try {
    const loaded = await load(view, segments, { file: folder, options });
    await segments.clean(new Set(loaded.head.segments), loaded.head.tail);
    await records.keepOnly(loaded.head.generation);
    return new EmbeddedCollection({ name, folder, segments, records }, loaded, options);
  } finally {
    view.done();
  }
}

function openRecords(folder: string, readOnly: boolean): Records {
  try {
    return new Records(path.join(folder, RECORDS), readOnly);
  } catch (cause) {
    const reason = `cannot be opened (${(cause as Error).message})`;
    throw new UnseenError('COLLECTION_DAMAGED', { file: folder, where: RECORDS, reason }, { cause });
  }
}
