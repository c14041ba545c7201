/**
 * What is asked of a request before its body is read, cheapest first: that its body is of a kind that is taken, that it
 * comes from where it may, that its token allows it, that there is room. Then its time begins.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnseenError } from '../../errors.ts';
import { askedTimeout, Deadline, TIMEOUT_HEADER } from '../admission/deadline.ts';
import { OPERATIONS, type OperationName } from '../api/operations.ts';
import { ANYBODY, checkAllowed, type Tokens } from '../auth/tokens.ts';
import type { Context } from '../context.ts';
import { BUSY, isGivenUp } from './busy.ts';

/** Types of bodies by what an operation takes. */
const TYPES = {
  nothing: [],
  json: ['application/json'],
  search: ['application/json', 'image/', 'application/octet-stream'],
  ndjson: ['application/x-ndjson'],
  multipart: ['multipart/form-data'],
} as const;

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

function refuse({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (isGivenUp(raw)) reply.header('connection', 'close');
  reply.code(BUSY.status).headers(BUSY.headers).send(BUSY.body);
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
