/** The routes of the table: guard, parse, wait for a place, work, answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { CLIENT_GONE } from '../admission/deadline.ts';
import { OPERATIONS, type OperationName, routeOf } from '../api/operations.ts';
import { SCHEMAS, type Schemas } from '../api/routes.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Call, Context } from '../context.ts';
import { HANDLERS } from '../handlers/all.ts';
import { guardOf } from './guard.ts';
import { parse } from './parse.ts';

type AnyHandler = (context: Context, call: Call<OperationName>) => Promise<unknown>;

export function registerOperations(app: FastifyInstance, context: Context, tokens: Tokens | undefined): void {
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    app.route({
      method: OPERATIONS[name].method,
      url: routeOf(name),
      onRequest: guardOf(name, context, tokens),
      handler: handlerOf(name, context),
    });
  }
}

function handlerOf(name: OperationName, context: Context) {
  const { gives, status } = OPERATIONS[name];
  const work = HANDLERS[name] as AnyHandler;
  const lane = context.lanes.of(name);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const call = callOf(name, request, reply);
    const { deadline, signal } = call;
    let leave: (() => void) | undefined;
    try {
      deadline.begin();
      throwIfAborted(signal, 'waiting');
      await lane.enter(signal);
      leave = () => lane.leave();
      await context.lanes.turns.next();
      throwIfAborted(signal, 'waiting'); // between the call to the place and the turn
      const result = await work(context, call);
      if (reply.statusCode === 200) reply.code(status);
      if (gives === 'ndjson') {
        reply.raw.once('close', leave); // the work goes on while the answer is sent
        leave = undefined;
      }
      return result;
    } catch (error) {
      if (!signal.aborted || !isEnd(error, signal)) throw error;
      if (signal.reason !== CLIENT_GONE) throw signal.reason;
      return reply.hijack();
    } finally {
      leave?.();
    }
  };
}

/** @throws `REQUEST_INVALID` */
function callOf(name: OperationName, request: FastifyRequest, reply: FastifyReply): Call<OperationName> {
  const { params, query, body }: Schemas = SCHEMAS[name];
  const { takes } = OPERATIONS[name];
  const isPicture = takes === 'search' && request.body instanceof Uint8Array;
  if (!isPicture) checkNoQuery(request.query as object);
  const deadline = request.deadline!;
  return {
    params: params ? parse(params, request.params, 'path') : {},
    query: isPicture ? parse(query!, request.query, 'query') : undefined,
    body: body && takes !== 'ndjson' && !isPicture ? parse(body, request.body, 'body') : request.body,
    identity: request.identity!,
    deadline,
    signal: deadline.signal,
    request,
    reply,
  } as Call<OperationName>;
}

function checkNoQuery(query: object): void {
  for (const key in query)
    throw new UnseenError('REQUEST_INVALID', {
      field: `query.${key.slice(0, 100)}`,
      reason: 'is not known here',
    });
}

/** Whether the work ended because the signal fired, and not by a fault of its own at the same time. */
const isEnd = (error: unknown, { reason }: AbortSignal): boolean =>
  error === reason || (error instanceof UnseenError && error.code === 'ABORTED');
