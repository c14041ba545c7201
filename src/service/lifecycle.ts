/** The end of a service: what is under way is answered, nothing that was acknowledged is lost, then the process may go. */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Service } from './service.ts';

/**
 * Milliseconds between the announcement and the end of listening. Busy clients hear "Connection: close" with their next
 * answer, instead of finding a connection gone that they were just using.
 */
const LINGER = 500;
const LOOK_EVERY = 10;

/** Every answer from now on ends its connection. */
export function announceEnd(app: FastifyInstance): () => void {
  let ending = false;
  app.addHook('onRequest', (_request, reply, done) => {
    if (ending) reply.header('connection', 'close');
    done();
  });
  return () => {
    ending = true;
  };
}

/** Resolves when every request is answered, or was cut off after `milliseconds`. */
export async function drain(app: FastifyInstance, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  const linger = Math.min(end, Date.now() + LINGER);
  while (Date.now() < linger && (await connections(app)) > 0) await wait(LOOK_EVERY);
  const cut = setTimeout(() => app.server.closeAllConnections(), Math.max(0, end - Date.now()));
  await app.close();
  clearTimeout(cut);
}

const connections = (app: FastifyInstance): Promise<number> =>
  new Promise((resolve) => app.server.getConnections((error, count) => resolve(error ? 0 : count)));

/**
 * Ends the service and the process on SIGTERM or SIGINT: exit status 0, or 1 if closing fails. A second signal ends it at
 * once with 1.
 */
export function stopOnSignals(service: Service): void {
  let asked = false;
  const stop = (): void => {
    if (asked) process.exit(1);
    asked = true;
    service.close().then(
      () => process.exit(0),
      (error) => {
        service.app.log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
