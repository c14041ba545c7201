/** Threads in browsers: a module-less worker from a blob (a content security policy must allow `worker-src blob:`). */
import type { Thread, ThreadEvents } from './spawn.ts';
import { threadMain } from './thread-main.ts';

/** @throws where threads cannot be had. */
export function spawn(events: ThreadEvents): Thread {
  const source = `(${threadMain})((message, transfer) => postMessage(message, { transfer }), (listener) => addEventListener('message', (event) => listener(event.data)));`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.addEventListener('message', (event: MessageEvent) => {
    URL.revokeObjectURL(url);
    events.message(event.data);
  });
  worker.addEventListener('error', (event) => events.failed(event.message || 'the thread was refused'));
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {}, // a page lives as long as it is open
    end: () => worker.terminate(),
  };
}
