/** One request to a service: address, token, body; a refusal becomes a typed error. Runs wherever `fetch` does. */
import { UnseenError } from '../../errors.ts';
import { OPERATIONS, type OperationName } from '../api/operations.ts';
import type { Problem } from '../api/problem.ts';

export interface ClientOptions {
  /** Where the service listens: `http://127.0.0.1:8080`; a path before `/v1` is kept. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call; the service stops its work too. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the service gives up with `DEADLINE_PASSED`; at most its own limit, which is the default. */
  readonly timeout?: number;
}

/** The service said no. `problem.code` is one of docs/errors.md, `problem.field` what was refused. */
export class ServiceRefusal extends UnseenError {
  readonly problem: Problem;
  /** Seconds after which to ask again, where the service was too busy. */
  readonly retryAfter: number | undefined;

  constructor(operation: string, problem: Problem, retryAfter: number | undefined) {
    const { status, title, detail, hint } = problem;
    super('SERVICE_REFUSED', { operation, status, title, detail, hint });
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export interface Sent {
  readonly parts: readonly string[];
  readonly query?: URLSearchParams;
  readonly body?: { readonly type?: string; readonly content: BodyInit };
}

/** The address of an operation below the service's own; `parts` fill the braces in their order, percent-encoded. */
export function addressOf(
  url: string,
  path: string,
  parts: readonly string[],
  query?: URLSearchParams,
): string {
  let place = 0;
  const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(parts[place++]!));
  const search = query && query.size > 0 ? `?${query}` : '';
  return `${url.replace(/\/+$/, '')}${filled}${search}`;
}

/** @throws `SERVICE_UNREACHABLE`, `SERVICE_REFUSED` (a `ServiceRefusal`), `SERVICE_ANSWER_INVALID`; what `signal` was aborted with */
export async function request(
  options: ClientOptions,
  name: OperationName,
  { parts, query, body }: Sent,
  { signal, timeout }: CallOptions = {},
): Promise<Response> {
  const { method, path } = OPERATIONS[name];
  const address = addressOf(options.url, path, parts, query);
  const headers: Record<string, string> = {};
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
  if (timeout !== undefined) headers['unseen-timeout'] = String(timeout);
  if (body?.type !== undefined) headers['content-type'] = body.type;
  const send = options.fetch ?? fetch;
  let response: Response;
  try {
    response = await send(address, {
      method,
      headers,
      ...(body && { body: body.content }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UnseenError('SERVICE_UNREACHABLE', { address, reason: reasonOf(cause) }, { cause });
  }
  if (!response.ok) throw await refusalOf(name, response);
  return response;
}

/** `fetch` hides the reason behind "fetch failed". */
const reasonOf = (cause: unknown): string => {
  const inner = (cause as { cause?: { code?: string } }).cause?.code;
  return inner ?? String((cause as Error)?.message ?? cause);
};

async function refusalOf(operation: string, response: Response): Promise<UnseenError> {
  const said = await response.text();
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  try {
    const problem = JSON.parse(said) as Problem;
    if (typeof problem.code === 'string')
      return new ServiceRefusal(operation, problem, Number.isFinite(after) ? after : undefined);
  } catch {
    // Something between answered in its own words: told below.
  }
  const received = `${response.status} ${said.slice(0, 100)}`;
  return new UnseenError('SERVICE_ANSWER_INVALID', { operation, received });
}

/** @throws `SERVICE_ANSWER_INVALID` */
export async function jsonOf<T>(operation: string, response: Response): Promise<T> {
  const said = await response.text();
  try {
    return JSON.parse(said) as T;
  } catch (cause) {
    throw new UnseenError(
      'SERVICE_ANSWER_INVALID',
      { operation, received: said.slice(0, 100) || 'nothing' },
      { cause },
    );
  }
}
