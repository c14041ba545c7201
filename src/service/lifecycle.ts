/** The end of a service: what is under way is answered, nothing that was acknowledged is lost, then the process may go. */
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Limits } from './limits.ts';
import type { Service } from './service.ts';

/** Milliseconds between looks at the connections. */
const LOOK_EVERY = 10;

/** Every answer from the call of what it returns ends its connection. */
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

/** Connections of a server; make it before the first comes. */
export class Connections {
  readonly #app: FastifyInstance;
  readonly #open = new Set<Socket>();

  constructor(app: FastifyInstance) {
    this.#app = app;
    app.server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /**
   * Resolves when every request is answered, or was cut off. For the time of `linger`, busy clients hear "Connection:
   * close" with their next answer, instead of finding a connection gone that they were just using.
   */
  async drain({ linger, drain }: Pick<Limits, 'linger' | 'drain'>): Promise<void> {
    const start = Date.now();
    while (Date.now() < start + linger && this.#open.size > 0) await wait(LOOK_EVERY);
    const cut = setTimeout(() => this.#app.server.closeAllConnections(), drain);
    // Opened ahead by a client and never used: Node waits for the head of a request on them.
    const look = setInterval(() => {
      for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
    }, LOOK_EVERY);
    await this.#app.close();
    clearInterval(look);
    clearTimeout(cut);
  }
}

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
