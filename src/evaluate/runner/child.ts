/** A child process as a worker. It opens the dataset itself: a dataset holds open files and functions. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../data/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { RunRecord } from '../run-record.ts';
import { type Cell, cellName } from './cell.ts';
import { type FromChild, fromMessage, type ToChild } from './messages.ts';
import type { CellProgress } from './run-cell.ts';
import type { Worker, WorkerContext } from './worker.ts';

/** Beside this file, and of its kind: compiled, or a source where Node runs sources. */
const MAIN = fileURLToPath(new URL(`child-main${path.extname(import.meta.url)}`, import.meta.url));

/** Characters of a child's stderr that are kept, for the reason of its end. */
const LAST_WORDS = 4000;

/** @throws `RUN_CRASHED`, `ABORTED`, what opening the dataset throws */
export async function startChild(
  source: string,
  { fingerprint }: Dataset,
  { signal, threads, monitor, environment }: WorkerContext,
): Promise<Worker> {
  throwIfAborted(signal, 'the comparison');
  const child = new Child(signal, threads);
  try {
    await child.ask({ kind: 'open', source, fingerprint, threads, monitor, environment }, 'the start');
    return child;
  } catch (error) {
    child.close();
    throw error;
  }
}

interface Asked {
  readonly what: string;
  readonly report: ((progress: CellProgress) => void) | undefined;
  readonly resolve: (message: FromChild) => void;
  readonly reject: (error: UnseenError) => void;
}

class Child implements Worker {
  readonly #process: ChildProcess;
  readonly #signal: AbortSignal;
  #asked: Asked | undefined;
  #end: string | undefined;
  #lastWords = '';

  constructor(signal: AbortSignal, threads: number) {
    this.#signal = signal;
    this.#process = fork(MAIN, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // libvips, which decodes pictures, has threads of its own.
      env: { ...process.env, VIPS_CONCURRENCY: String(threads) },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#process.on('message', (message: FromChild) => this.#hear(message));
    this.#process.on('error', (error) => this.#ended(error.message));
    this.#process.on('close', (status, name) => this.#ended(name ?? `exit status ${status}`));
    signal.addEventListener('abort', this.#kill, { once: true });
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  async run(cell: Cell, report: (progress: CellProgress) => void): Promise<RunRecord> {
    const answer = await this.ask({ kind: 'run', cell }, cellName(cell), report);
    return (answer as Extract<FromChild, { kind: 'done' }>).record;
  }

  /** Resolves to `ready` or `done`. */
  ask(message: ToChild, what: string, report?: (progress: CellProgress) => void): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      this.#asked = { what, report, resolve, reject };
      if (this.#end !== undefined) this.#ended(this.#end);
      else this.#process.send(message, (error) => error && this.#ended(error.message));
    });
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#kill);
    if (this.#process.connected) this.#process.disconnect();
  }

  /** Nothing of a child's is worth a soft end, and native code may be deaf to one. */
  readonly #kill = (): void => {
    this.#process.kill('SIGKILL');
    this.#ended('the comparison was stopped');
  };

  #hear(message: FromChild): void {
    const asked = this.#asked;
    if (message.kind === 'progress') asked?.report?.(message);
    if (!asked || message.kind === 'progress') return;
    this.#asked = undefined;
    if (message.kind === 'failed') asked.reject(fromMessage(message.error));
    else asked.resolve(message);
  }

  #ended(how: string): void {
    this.#end ??= how;
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return;
    const said = /^.*(?:error|fatal).*$/im.exec(this.#lastWords)?.[0].trim();
    const reason = said ? `${how}: ${said}` : how;
    asked.reject(
      this.#signal.aborted
        ? new UnseenError('ABORTED', { during: asked.what, kept: 'Finished runs are kept.' })
        : new UnseenError('RUN_CRASHED', { run: asked.what, reason }),
    );
  }
}
