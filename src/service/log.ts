/** One line of JSON a request: what was asked by its route, how it ended, how long it took, whose token. Never bodies, ids or tokens. */
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export interface LogOptions {
  /** `info` has every request, `warn` and `error` only what went wrong. Default: `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard error, written in pieces and at the end of the process. */
  readonly stream?: DestinationStream;
}

/** Bytes that are gathered before a write, so that a request does not wait for the disk; errors are written by the exit at the latest. */
const GATHERED = 4096;

/** A logger for `createService`. */
export function serviceLogger({ level = 'info', stream }: LogOptions = {}): Logger {
  // Nothing logs headers; if something ever does, tokens stay out.
  const redact = ['authorization', 'headers.authorization', '*.headers.authorization', 'token', '*.token'];
  return pino(
    { level, redact, base: null },
    stream ?? destination({ dest: 2, minLength: GATHERED, sync: true }),
  );
}

export function registerLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status } = reply;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status,
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
      by: request.identity?.name,
    };
    if (status >= 500) request.log.warn(line, 'request');
    else request.log.info(line, 'request');
    done();
  });
}
