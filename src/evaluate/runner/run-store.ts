/**
 * `runs.jsonl` in the folder of a comparison: one finished run a line, appended and flushed to the disk before the next
 * begins. Whatever ends the program, lines that were written stay; a last line that was cut is dropped.
 */
import { type FileHandle, mkdir, open, readdir, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { decodeUtf8, exists, readBounded, unreadable, unwritable } from '../../data/files.ts';
import { UnseenError } from '../../errors.ts';
import type { RunRecord } from '../run-record.ts';
import { LOCK_FILE, lockFolder } from './folder-lock.ts';

export const RUNS_FILE = 'runs.jsonl';
/** Written from the runs when a comparison ends. */
export const COMPARISON_FILES = ['index.html', 'results.json', 'results.csv', 'results.tex'] as const;

/** A run has some 100 kB; 540 of them 54 MB. */
const MAX_BYTES = 2 ** 31;
const NEWLINE = 10;

/** What a line must have to be told apart and summed up. The rest was written by this program. */
const recordSchema = z.looseObject({
  key: z.string(),
  method: z.string(),
  bits: z.number(),
  seed: z.number(),
  dataset: z.looseObject({ name: z.string(), fingerprint: z.string() }),
  evaluations: z.array(z.looseObject({ map: z.number(), task: z.string(), database: z.string() })).nonempty(),
  finishedAt: z.string(),
});

/**
 * Refuses a folder that is not free and holds no comparison: nothing of it would be deleted, but things would be mixed.
 * @throws `OUTPUT_FOREIGN`, `FILE_UNREADABLE` (also where its parent does not exist)
 */
export async function checkComparisonFolder(folder: string): Promise<void> {
  const parent = path.dirname(path.resolve(folder));
  if (!(await exists(parent))) throw new UnseenError('FILE_UNREADABLE', { file: parent, reason: 'ENOENT' });
  const names: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw unreadable(folder, cause);
  });
  if (names.some((name) => name !== LOCK_FILE) && !names.includes(RUNS_FILE))
    throw new UnseenError('OUTPUT_FOREIGN', { folder, marker: RUNS_FILE });
}

export class RunStore {
  /** Those that were there, by key, in the order of their ends. */
  readonly kept: ReadonlyMap<string, RunRecord>;
  readonly #handle: FileHandle;
  readonly #file: string;
  readonly #unlock: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();

  private constructor(
    kept: ReadonlyMap<string, RunRecord>,
    handle: FileHandle,
    file: string,
    unlock: () => Promise<void>,
  ) {
    this.kept = kept;
    this.#handle = handle;
    this.#file = file;
    this.#unlock = unlock;
  }

  /**
   * Opens the folder or makes it. `force`: what another comparison left is deleted, its own files only.
   * @throws as `checkComparisonFolder`; `COMPARISON_RUNNING`, `COMPARISON_OTHER_DATASET`; `FILE_MALFORMED` naming the line; `FILE_UNWRITABLE`
   */
  static async open(
    folder: string,
    dataset: RunRecord['dataset'],
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<RunStore> {
    await checkComparisonFolder(folder);
    const file = path.join(folder, RUNS_FILE);
    let unlock: (() => Promise<void>) | undefined;
    try {
      await mkdir(folder, { recursive: true });
      unlock = await lockFolder(folder);
      if (force)
        for (const name of [RUNS_FILE, ...COMPARISON_FILES])
          await rm(path.join(folder, name), { force: true });
      const kept = (await exists(file)) ? await readRuns(file) : new Map<string, RunRecord>();
      for (const { dataset: other } of kept.values()) {
        if (other.fingerprint === dataset.fingerprint) continue;
        const [expected, received] = [other, dataset].map(
          ({ name, fingerprint }) => `${name} (${fingerprint.slice(0, 12)})`,
        );
        throw new UnseenError('COMPARISON_OTHER_DATASET', { folder, expected, received });
      }
      return new RunStore(kept, await open(file, 'a'), file, unlock);
    } catch (cause) {
      await unlock?.();
      throw unwritable(file, cause);
    }
  }

  /** Resolves when the line is on the disk. @throws `FILE_UNWRITABLE` */
  append(record: RunRecord): Promise<void> {
    const line = `${JSON.stringify(record)}\n`;
    this.#last = this.#last.then(async () => {
      try {
        await this.#handle.appendFile(line);
        await this.#handle.sync();
      } catch (cause) {
        throw unwritable(this.#file, cause);
      }
    });
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#handle.close();
    await this.#unlock();
  }
}

/** Cuts off a last line without an end: its writer was killed. Of two lines with one key the later counts. */
async function readRuns(file: string): Promise<Map<string, RunRecord>> {
  const bytes = await readBounded(file, MAX_BYTES);
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole < bytes.length) await truncate(file, whole);
  const runs = new Map<string, RunRecord>();
  let line = 0;
  for (let from = 0; from < whole; ) {
    const to = bytes.indexOf(NEWLINE, from);
    const record = readRun(bytes.subarray(from, to), file, ++line);
    runs.set(record.key, record);
    from = to + 1;
  }
  return runs;
}

function readRun(bytes: Uint8Array, file: string, line: number): RunRecord {
  const text = decodeUtf8(bytes, file);
  const refuse = (reason: string): UnseenError =>
    new UnseenError('FILE_MALFORMED', { file, where: `line ${line}`, reason, received: text.slice(0, 40) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(`must be JSON (${(cause as Error).message})`);
  }
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return value as RunRecord;
  const issue = parsed.error.issues[0]!;
  throw refuse(`is no run of a comparison (${issue.path.join('.') || 'top level'}: ${issue.message})`);
}
