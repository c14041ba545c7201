/** What a request gets for which there is no room. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { UnseenError } from '../../errors.ts';
import type { Lane } from '../admission/lane.ts';
import { OPERATIONS } from '../api/operations.ts';
import { PROBLEM_TYPE } from '../api/problem.ts';
import { API_HEADERS } from './headers.ts';
import { answerOf } from './problems.ts';

/** Made once: under a flood it is the answer that is sent most. */
const { problem } = answerOf(new UnseenError('SERVICE_BUSY', { lane: 'the queue is full' }));
export const BUSY = {
  status: problem.status,
  body: JSON.stringify(problem),
  headers: { 'content-type': PROBLEM_TYPE, 'retry-after': '1' },
};
const RAW_HEADERS = {
  ...API_HEADERS,
  ...BUSY.headers,
  'content-length': Buffer.byteLength(BUSY.body),
};

/** Bytes of a refused body that are read and dropped, so that the connection can be used again. */
const DROPPED = 65_536;

/** A large body that was refused is not read to its end: the connection is given up instead. */
export function isGivenUp({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DROPPED;
}

const { method, path } = OPERATIONS.search;
const SEARCH = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/?]+')}(?:\\?|$)`);

/**
 * Refuses searches for which the lane has no room before the framework sees them: routes, hooks and checks of a request
 * take a tenth of the time of a search, and a flood of them would take it from those that are answered. `refused` is told.
 */
export function refuseEarly(server: Server, lane: Lane, refused: () => void): void {
  const [answer] = server.listeners('request') as RequestListener[];
  server.off('request', answer!);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (lane.hasRoom || request.method !== method || !SEARCH.test(request.url ?? ''))
      return void answer!(request, response);
    if (isGivenUp(request)) response.shouldKeepAlive = false;
    response.writeHead(BUSY.status, RAW_HEADERS).end(BUSY.body);
    refused();
  });
}
