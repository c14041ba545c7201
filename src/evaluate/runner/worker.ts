/** Who does runs: this process, or a child. */
import type { Dataset } from '../../data/index.ts';
import type { Environment } from '../environment.ts';
import type { RunRecord } from '../run-record.ts';
import type { Cell } from './cell.ts';
import { type CellProgress, runCell } from './run-cell.ts';

export interface Worker {
  /**
   * One run at a time.
   * @throws what the run throws; `RUN_CRASHED` when the process ended; `ABORTED`
   */
  run(cell: Cell, report: (progress: CellProgress) => void): Promise<RunRecord>;
  /** Whether it can do another. */
  readonly alive: boolean;
  close(): void;
}

export interface WorkerContext {
  readonly environment: Environment;
  /** Of ONNX Runtime, inside one operation. */
  readonly threads: number;
  readonly monitor: boolean;
  readonly signal: AbortSignal;
}

/** This process; `setDefaultThreads` is the caller's. */
export const workHere = (data: Dataset, { environment, monitor, signal }: WorkerContext): Worker => ({
  run: (cell, report) => runCell(cell, { data, environment, monitor, signal }, report),
  alive: true,
  close() {},
});
