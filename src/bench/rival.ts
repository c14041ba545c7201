/** A rival in another process, which takes one JSON line and answers with one. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UnseenError } from '../errors.ts';

const RIVALS = new URL('../../bench/rivals/', import.meta.url);

/** Python to try, in this order: the project's own environment, then whatever the machine has. */
const PYTHONS = [fileURLToPath(new URL('.venv/bin/python', RIVALS)), 'python3'];

export class Rival {
  /** The first line that the driver prints: its version and the like. */
  readonly greeting: Readonly<Record<string, unknown>>;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    greeting: Record<string, unknown>,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.greeting = greeting;
  }

  /**
   * Starts `bench/rivals/<driver>` (.py or .mjs) with `env` added to the environment; undefined when no interpreter here
   * has what the driver imports.
   */
  static async start(driver: string, env: Readonly<Record<string, string>> = {}): Promise<Rival | undefined> {
    const script = fileURLToPath(new URL(driver, RIVALS));
    if (!existsSync(script)) return undefined; // an installed package comes without the drivers
    for (const interpreter of driver.endsWith('.mjs') ? [process.execPath] : PYTHONS) {
      const child = spawn(interpreter, [script], { stdio: 'pipe', env: { ...process.env, ...env } });
      child.on('error', () => {}); // no such interpreter: its output ends, which the next line sees
      child.stderr.resume();
      child.stdin.on('error', () => {});
      const reader: Interface = createInterface({ input: child.stdout });
      const lines = reader[Symbol.asyncIterator]();
      const first = await lines.next();
      if (!first.done) return new Rival(child, lines, JSON.parse(first.value));
    }
    return undefined;
  }

  async ask<T>(request: Readonly<Record<string, unknown>>): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done)
      throw new UnseenError('INTERNAL', { reason: `the rival ended at ${JSON.stringify(request)}` });
    return JSON.parse(line.value) as T;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.stdin.end();
    await exit;
  }
}
