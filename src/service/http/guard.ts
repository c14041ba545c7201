/**
 * What is asked of a request before its body is read, cheapest first: that its body is of a kind that is taken, that it
 * comes from where it may, that its token allows it, that there is room. Then its time begins.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnseenError } from '../../errors.ts';
import { askedTimeout, Deadline, TIMEOUT_HEADER } from '../admission/deadline.ts';
import { OPERATIONS, type OperationName } from '../api/operations.ts';
import { PROBLEM_TYPE } from '../api/problem.ts';
import { ANYBODY, checkAllowed, type Tokens } from '../auth/tokens.ts';
import type { Context } from '../context.ts';
import { answerOf } from './problems.ts';

/** Types of bodies by what an operation takes. */
const TYPES = {
  nothing: [],
  json: ['application/json'],
  search: ['application/json', 'image/', 'application/octet-stream'],
  ndjson: ['application/x-ndjson'],
  multipart: ['multipart/form-data'],
} as const;

/** Made once: under a flood it is the answer that is sent most. */
const BUSY = answerOf(new UnseenError('SERVICE_BUSY', { lane: 'the queue is full' })).problem;
const BUSY_BODY = JSON.stringify(BUSY);
const BUSY_HEADERS = { 'content-type': PROBLEM_TYPE, 'retry-after': '1' };

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/** `tokens` undefined: anybody on this machine. */
export function guardOf(
  name: OperationName,
  { lanes }: Pick<Context, 'lanes'>,
  tokens: Tokens | undefined,
): Hook {
  const { takes, scope } = OPERATIONS[name];
  const lane = lanes.of(name);
  const most = lanes.deadlineOf(name);
  return (request, reply, done) => {
    try {
      checkBody(request, TYPES[takes]);
      const identity = tokens ? tokens.identify(request.headers.authorization) : ANYBODY;
      checkAllowed(identity, scope, (request.params as { name?: string }).name);
      const milliseconds = askedTimeout(request.headers[TIMEOUT_HEADER], most);
      if (!lane.hasRoom) return void refuse(request, reply);
      request.identity = identity;
      request.deadline = new Deadline(reply.raw, milliseconds, (error) => {
        if (!reply.sent) reply.header('connection', 'close').send(error);
      });
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  closeAfter(request, reply);
  reply.code(BUSY.status).headers(BUSY_HEADERS).send(BUSY_BODY);
}

/** Bytes of a refused body that are read and dropped, so that the connection can be used again. */
const DROPPED = 65_536;

/** A large body that was refused is not read to its end: the connection is given up instead. */
export function closeAfter({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  const length = Number(headers['content-length'] ?? 0);
  if (headers['transfer-encoding'] !== undefined || length > DROPPED) reply.header('connection', 'close');
}

/** @throws `MEDIA_TYPE_UNKNOWN`. A compressed body could grow a thousandfold: none is taken. */
function checkBody({ headers }: FastifyRequest, types: readonly string[]): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new UnseenError('MEDIA_TYPE_UNKNOWN', {
      header: 'content-encoding',
      received: encoding,
      known: 'identity',
    });
  const type = headers['content-type'];
  const isThere = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (types.length === 0 && !isThere) return;
  if (type !== undefined && types.some((known) => type.toLowerCase().startsWith(known))) return;
  throw new UnseenError('MEDIA_TYPE_UNKNOWN', {
    header: 'content-type',
    received: type ?? 'none',
    known: types.join(', ') || 'no body',
  });
}
