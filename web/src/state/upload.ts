/** Many pictures to the service, some at a time; what is done stays, whatever happens to the rest. */
import { type AddedFile, type NamedFile, type Payload, Problem } from '../backend/contract.ts';

/** Of one request: enough to keep the encoder busy, few enough that progress moves and a stop is soon. */
const BATCH_FILES = 16;
const BATCH_BYTES = 8 * 2 ** 20;
/** A service that is too busy says when to come back; after so many times it is not asked again. */
const MOST_RETRIES = 20;

export interface Failure {
  readonly name: string;
  readonly reason: string;
}

export interface UploadProgress {
  readonly total: number;
  /** Of which something is known: added, already there, or failed. */
  readonly done: number;
  readonly added: number;
  /** The same was there already, or twice among the files. */
  readonly known: number;
  readonly failed: readonly Failure[];
  readonly seconds: number;
}

export type Send = (files: readonly NamedFile[], payload: Payload) => Promise<readonly AddedFile[]>;

/** The name of the folder that a picture lies in is its class, as `unseen collection add` has it. */
export const classOfPath = (name: string): string | undefined => name.split('/').at(-2);

/** Neighbours of one class that fit into one request. */
export function batchesOf(files: readonly NamedFile[]): NamedFile[][] {
  const batches: NamedFile[][] = [];
  let bytes = 0;
  for (const one of files) {
    const batch = batches.at(-1);
    const fits =
      batch !== undefined &&
      batch.length < BATCH_FILES &&
      bytes + one.file.size <= BATCH_BYTES &&
      classOfPath(batch[0]!.name) === classOfPath(one.name);
    if (fits) batch.push(one);
    else batches.push([one]);
    bytes = fits ? bytes + one.file.size : one.file.size;
  }
  return batches;
}

/** @throws what `send` throws when it is not about a picture: the service is gone, or wants another token */
export async function upload(
  files: readonly NamedFile[],
  send: Send,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: (now: UploadProgress) => void },
): Promise<UploadProgress> {
  const start = performance.now();
  let now: UploadProgress = { total: files.length, done: 0, added: 0, known: 0, failed: [], seconds: 0 };
  const count = (results: readonly AddedFile[]): void => {
    const failed = results
      .filter(({ status }) => status === 'failed')
      .map(({ id, reason = 'failed' }) => ({ name: id, reason }));
    const added = results.filter(({ status }) => status === 'added').length;
    now = {
      total: now.total,
      done: now.done + results.length,
      added: now.added + added,
      known: now.known + results.length - added - failed.length,
      failed: [...now.failed, ...failed],
      seconds: (performance.now() - start) / 1000,
    };
    onProgress(now);
  };
  for (const batch of batchesOf(files)) {
    if (signal.aborted) break;
    const results = await sendBatch(batch, send, signal);
    count(results);
  }
  return now;
}

async function sendBatch(
  batch: readonly NamedFile[],
  send: Send,
  signal: AbortSignal,
): Promise<readonly AddedFile[]> {
  const className = classOfPath(batch[0]!.name);
  const payload = className === undefined ? {} : { class: className };
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(batch, payload);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const busy = error.status === 429 || error.status === 503;
      if (busy && attempt < MOST_RETRIES && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter ?? 1)));
        continue;
      }
      if (![400, 413, 415, 422].includes(error.status)) throw error;
      if (batch.length === 1) return [{ id: batch[0]!.name, status: 'failed', reason: error.message }];
      // One of them is refused, and which one is not said: each alone.
      const results: AddedFile[] = [];
      for (const one of batch) results.push(...(await sendBatch([one], send, signal)));
      return results;
    }
  }
}

/** Seconds that the rest will take at the rate so far. */
export const secondsLeft = ({ total, done, seconds }: UploadProgress): number =>
  done === 0 ? Number.NaN : ((total - done) * seconds) / done;
