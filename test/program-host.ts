/** Command lines of the built program, all in one process of the test file's: see program-host-child.mjs. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, expect } from 'vitest';

const CHILD = path.join(import.meta.dirname, 'program-host-child.mjs');
/** The most that the process may take to end after its last command, in ms. */
const MOST_TO_END_MS = 10_000;

export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One after the other, also when asked at once. */
export function hosted(words: readonly string[], cwd = process.cwd()): Promise<Said> {
  // Pipes, as in a process of its own: nobody takes them for a terminal.
  host ??= fork(CHILD, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const { stderr } = host;
  const ask = (): Promise<Said> =>
    new Promise((resolve, reject) => {
      const ended = (status: number | null) =>
        reject(new Error(`"${words.join(' ')}" ended its process with ${status}: ${stderr!.read()}`));
      host!.once('exit', ended).once('message', (said) => {
        host!.off('exit', ended);
        resolve(said as Said);
      });
      host!.send({ words, cwd });
    });
  const answer = last.then(ask);
  last = answer.catch(() => {});
  return answer;
}

/** As a user's process does when its command is done; whatever keeps it alive was left open by a command. */
afterAll(async () => {
  if (!host?.connected) return;
  const ended = once(host, 'exit');
  host.disconnect();
  const overdue = setTimeout(() => host!.kill('SIGKILL'), MOST_TO_END_MS);
  const [status] = await ended;
  clearTimeout(overdue);
  expect(status, 'the program ends by itself').toBe(0);
});
