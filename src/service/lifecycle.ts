/** The end of a service: what is under way is answered, nothing that was acknowledged is lost, then the process may go. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Limits } from './limits.ts';
import type { Service } from './service.ts';

/** Milliseconds between looks at the connections. */
const LOOK_EVERY = 10;

/** Connections of a server and what is answered on them; make it before the first comes. */
export class Connections {
  readonly #app: FastifyInstance;
  readonly #open = new Set<Socket>();
  readonly #answering = new Set<ServerResponse>();
  #ending = false;
  /** When a request came last. */
  #heard = 0;

  constructor(app: FastifyInstance) {
    this.#app = app;
    app.server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    app.server.on('request', (_request, response) => {
      this.#heard = Date.now();
      if (this.#ending) response.shouldKeepAlive = false;
      this.#answering.add(response);
      response.once('close', () => this.#answering.delete(response));
    });
  }

  /**
   * Resolves when every request is answered, or was cut off after `drain`. Answers from now on say "Connection: close", and
   * the service listens until no request has come for the time of `linger`: a busy client ends its connection itself, and
   * never finds one gone that it was just using.
   */
  async drain({ linger, drain }: Pick<Limits, 'linger' | 'drain'>): Promise<void> {
    this.#ending = true;
    for (const response of this.#answering) if (!response.headersSent) response.shouldKeepAlive = false;
    const end = Date.now() + drain;
    this.#heard = Date.now();
    while (Date.now() < Math.min(end, this.#heard + linger) && this.#open.size > 0) await wait(LOOK_EVERY);
    const cut = setTimeout(() => this.#app.server.closeAllConnections(), Math.max(0, end - Date.now()));
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
