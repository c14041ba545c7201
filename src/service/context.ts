/** What every handler is given: the service's parts, and one call that was checked. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Keep } from '../ingest/index.ts';
import type { Deadline } from './admission/deadline.ts';
import type { Lanes } from './admission/lanes.ts';
import type { OperationName } from './api/operations.ts';
import type { ParsedBody, ParsedParams, ParsedQuery } from './api/routes.ts';
import type { Identity } from './auth/tokens.ts';
import type { Catalog } from './catalog.ts';
import type { Jobs } from './jobs.ts';
import type { Limits } from './limits.ts';

export interface Context {
  readonly catalog: Catalog;
  readonly jobs: Jobs;
  readonly lanes: Lanes;
  readonly limits: Limits;
  /** How pictures are kept with their items. */
  readonly keep: Keep;
  /** Whether there is a report to show. */
  readonly report: boolean;
}

export interface Call<Name extends OperationName> {
  readonly params: ParsedParams<Name>;
  readonly query: ParsedQuery<Name>;
  /** As its schema says; of NDJSON and forms the request itself. */
  readonly body: ParsedBody<Name>;
  readonly identity: Identity;
  readonly deadline: Deadline;
  /** The deadline's. */
  readonly signal: AbortSignal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for operations when they may go on. */
    identity: Identity | undefined;
    deadline: Deadline | undefined;
  }
}
