/** Cells to workers: each takes the next as soon as it is free. What fails is noted, and the others go on. */
import { UnseenError } from '../../errors.ts';
import type { RunRecord } from '../run-record.ts';
import { type Cell, cellName } from './cell.ts';
import { asUnseenError } from './messages.ts';
import type { CellQueue } from './queue.ts';
import type { CellProgress } from './run-cell.ts';
import type { Worker } from './worker.ts';

export interface RunEvents {
  readonly signal: AbortSignal;
  progress(cell: Cell, progress: CellProgress): void;
  /** Awaited: a run counts as finished when it is kept. */
  finished(cell: Cell, record: RunRecord): Promise<void>;
  failed(cell: Cell, error: UnseenError): void;
}

/**
 * Resolves when all cells are done, or the signal has fired.
 * @throws what `finished` throws
 */
export async function runCells(
  queue: CellQueue,
  count: number,
  start: () => Promise<Worker>,
  events: RunEvents,
): Promise<void> {
  const { signal } = events;
  let unstarted: UnseenError | undefined;

  const work = async (): Promise<void> => {
    let worker: Worker | undefined;
    try {
      for (let cell = next(); cell; cell = next()) {
        if (!worker?.alive) {
          try {
            worker = await start();
          } catch (thrown) {
            // The cell is not to blame. The other processes may have the memory that this one lacked.
            queue.return(cell);
            unstarted = asUnseenError(thrown);
            return;
          }
        }
        await runOne(worker, cell);
      }
    } finally {
      worker?.close();
    }
  };
  const next = (): Cell | undefined => (signal.aborted ? undefined : queue.take());
  const runOne = async (worker: Worker, cell: Cell): Promise<void> => {
    const begun = performance.now();
    let record: RunRecord;
    try {
      record = await worker.run(cell, (progress) => events.progress(cell, progress));
    } catch (thrown) {
      const error = asUnseenError(thrown);
      if (error.code !== 'ABORTED') events.failed(cell, error);
      return;
    }
    queue.note(cell, (performance.now() - begun) / 1000);
    await events.finished(cell, record);
  };

  const ends = await Promise.allSettled(Array.from({ length: count }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (signal.aborted || !unstarted) return;
  for (const cell of queue.drain()) {
    const { code, values } = unstarted;
    events.failed(
      cell,
      new UnseenError(code, { ...values, ...('run' in values && { run: cellName(cell) }) }),
    );
  }
}
