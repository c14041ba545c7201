/** Threads in Node: `worker_threads`. The twin for browsers is `spawn.web.ts`. */
import { Worker } from 'node:worker_threads';
import { type ThreadReply, type ThreadRequest, threadMain } from './thread-main.ts';

export interface Thread {
  post(message: ThreadRequest): void;
  /** While held, the thread keeps the process alive. */
  hold(held: boolean): void;
  end(): void;
}

export interface ThreadEvents {
  message(reply: ThreadReply): void;
  failed(reason: string): void;
}

/** @throws where threads cannot be had. */
export function spawn(events: ThreadEvents): Thread {
  const source = `const { parentPort } = require('node:worker_threads');
(${threadMain})((message, transfer) => parentPort.postMessage(message, transfer), (listener) => parentPort.on('message', listener));`;
  const worker = new Worker(source, { eval: true, execArgv: [], stdin: false });
  worker.on('message', (reply: ThreadReply) => events.message(reply));
  worker.on('error', (error) => events.failed(String(error)));
  worker.on('exit', () => events.failed('the thread ended'));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}
