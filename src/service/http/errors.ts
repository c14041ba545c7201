/** Whatever goes wrong on the way becomes a problem, down to bytes that are no HTTP. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnseenError } from '../../errors.ts';
import { PROBLEM_TYPE } from '../api/problem.ts';
import { isGivenUp } from './busy.ts';
import { answerOf } from './problems.ts';

export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const received = `${request.method} ${request.url.split('?')[0]}`;
    reply.send(new UnseenError('ROUTE_UNKNOWN', { received }));
  });
}

/** Also for addresses that no route can be found for: a broken escape, a part that is too long. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, log } = answerOf(error);
  if (log) request.log.error({ err: error }, 'request failed');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 503) reply.header('retry-after', '1');
  if (isGivenUp(request.raw)) reply.header('connection', 'close');
  reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What Node's parser cannot read; there is no request yet. */
export function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  // A request on this connection is being answered: its bytes must not be torn apart.
  const answering = (socket as { _httpMessage?: { headersSent?: boolean; req?: IncomingMessage } })
    ._httpMessage;
  if (answering?.headersSent) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ''] ?? 400;
  const { problem } = answerOf(
    status === 408
      ? new UnseenError('REQUEST_SLOW', { milliseconds: 'the time it had' })
      : new UnseenError('REQUEST_INVALID', { field: 'request', reason: 'is no HTTP that can be read' }),
  );
  const body = JSON.stringify({ ...problem, status, title: STATUS_CODES[status] });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
