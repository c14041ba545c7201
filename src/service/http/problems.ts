/** Errors as problems: which of them a caller may hear about, and with which status. All others are 500 and only logged. */
import { STATUS_CODES } from 'node:http';
import { type ErrorCode, UnseenError } from '../../errors.ts';
import type { ItemProblem, Problem } from '../api/problem.ts';

/** Codes that say something about the request. What is not here may speak of files and faults of this machine. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  REQUEST_INVALID: 400,
  ARGUMENT_INVALID: 400,
  CODES_TEXT_INVALID: 400,
  CODES_BITS_MISMATCH: 400,
  COLLECTION_ITEM_INVALID: 400,
  PAYLOAD_INVALID: 400,
  FILTER_INVALID: 400,
  PICTURE_UNREADABLE: 400,
  TEXT_TOO_LONG: 400,
  TEXT_UNKNOWN: 400,
  ITEM_NOT_ENCODABLE: 400,
  MODEL_MODALITY_UNKNOWN: 400,
  MODEL_NEEDS_FEATURES: 400,
  TOKEN_MISSING: 401,
  TOKEN_UNKNOWN: 401,
  SCOPE_MISSING: 403,
  COLLECTION_FORBIDDEN: 403,
  ORIGIN_FOREIGN: 403,
  ROUTE_UNKNOWN: 404,
  COLLECTION_UNKNOWN: 404,
  ITEM_UNKNOWN: 404,
  PICTURE_UNKNOWN: 404,
  JOB_UNKNOWN: 404,
  MODEL_UNKNOWN: 404,
  COLLECTION_TAKEN: 409,
  COLLECTION_FIXED: 409,
  COLLECTION_BUSY: 409,
  COLLECTION_CLOSED: 409,
  COLLECTION_OTHER_MODEL: 409,
  INDEX_CHANGED: 409,
  BODY_TOO_LARGE: 413,
  PICTURE_TOO_LARGE: 413,
  MEDIA_TYPE_UNKNOWN: 415,
  PICTURE_FORMAT: 415,
  PICTURE_NOT_TAKEN: 415,
  SERVICE_BUSY: 503,
  SERVICE_STOPPING: 503,
  REQUEST_SLOW: 408,
  DEADLINE_PASSED: 504,
};

/** Their hints and kinds are for everybody, what happened is not. */
const HIDDEN: Readonly<Partial<Record<ErrorCode, number>>> = {
  COLLECTION_WRITE_FAILED: 507,
  INDEX_TOO_LARGE: 507,
  COLLECTION_DAMAGED: 500,
  POSTGRES_FAILED: 500,
  POSTGRES_UNREACHABLE: 503,
  COLLECTION_SHARD_MISSING: 503,
};

/** Status of every code that a caller can meet. */
export const PROBLEM_STATUS: ReadonlyMap<string, number> = new Map(
  Object.entries({ ...STATUS, ...HIDDEN, INTERNAL: 500 }),
);

const PAGE = 'about:blank';

export interface Answer {
  readonly problem: Problem;
  /** Whether the log must have the error: nobody else hears of it. */
  readonly log: boolean;
}

export function answerOf(error: unknown): Answer {
  const known = error instanceof UnseenError ? error : fromFastify(error);
  if (known) {
    const status = STATUS[known.code];
    if (status !== undefined) {
      const field = fieldOf(known);
      const problem = made(status, known.code, known.message, known.hint);
      return { problem: field === undefined ? problem : { ...problem, field }, log: false };
    }
    const hidden = HIDDEN[known.code];
    if (hidden !== undefined)
      return { problem: made(hidden, known.code, 'The service could not do it.', known.hint), log: true };
  }
  const hint = 'It is written in the log of the service.';
  return { problem: made(500, 'INTERNAL', 'The service failed.', hint), log: true };
}

/** Of one item among many. */
export function itemProblemOf(error: unknown): ItemProblem {
  const { code, detail, hint, field } = answerOf(error).problem;
  return { code, detail, hint, ...(field !== undefined && { field }) };
}

/** Each error of the rooms below names the place by its own word. */
function fieldOf({ code, values }: UnseenError): string | undefined {
  const field =
    code === 'ARGUMENT_INVALID'
      ? values.name
      : code === 'FILTER_INVALID' || code === 'PAYLOAD_INVALID'
        ? values.where
        : values.field;
  return typeof field === 'string' ? field : undefined;
}

function made(status: number, code: string, detail: string, hint: string): Problem {
  return { type: PAGE, title: STATUS_CODES[status] ?? 'Error', status, detail, code, hint };
}

/** What Fastify and its plugins refuse before a handler sees it: they have a status. */
function fromFastify(error: unknown): UnseenError | undefined {
  const { statusCode, message, code } = (error ?? {}) as {
    statusCode?: number;
    message?: string;
    code?: string;
  };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  const options = { cause: error };
  if (statusCode === 413) return new UnseenError('BODY_TOO_LARGE', { limit: 'it may have here' }, options);
  if (statusCode === 415 || statusCode === 406)
    return new UnseenError('MEDIA_TYPE_UNKNOWN', { header: 'content-type', received: 'this one' }, options);
  const reason = code === 'FST_ERR_CTP_INVALID_JSON_BODY' ? 'is no JSON' : (message ?? 'cannot be read');
  return new UnseenError('REQUEST_INVALID', { field: 'request', reason }, options);
}
