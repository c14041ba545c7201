/** What a server refuses or cannot do, as errors of the project. */
import { UnseenError } from '../../errors.ts';

/** No answer came, or the connection ended before it. */
export class ConnectionLost extends Error {}

/** Why a statement failed, as far as code branches on it. */
export type Cause = 'unreachable' | 'no table' | 'conflict' | 'busy' | 'cancelled' | 'other';

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
export const reasonOf = (error: unknown): string => {
  const { message, code } = (error ?? {}) as { message?: string; code?: string };
  return message || code || String(error);
};

/** Whether a server said it, rather than the connection to it. */
export const isSaid = (error: unknown): boolean =>
  (error as { severity?: unknown } | null)?.severity !== undefined;

export function causeOf(error: unknown): Cause {
  const code = codeOf(error);
  // Class 08: connections; 57P01 … 57P03: the server stops, has crashed, is starting.
  if (error instanceof ConnectionLost || /^08|^57P0[123]$/.test(code)) return 'unreachable';
  if (code === '42P01') return 'no table';
  if (code === '55P03') return 'busy';
  if (code === '40001' || code === '40P01') return 'conflict';
  return code === '57014' || (error as Error)?.name === 'AbortError' ? 'cancelled' : 'other';
}

/** @param during what was asked, for `ABORTED` */
export function asUnseenError(
  error: unknown,
  address: string,
  { signal, during = 'a call' }: { readonly signal?: AbortSignal | undefined; readonly during?: string } = {},
): UnseenError {
  if (error instanceof UnseenError) return error;
  if (signal?.aborted)
    return new UnseenError('ABORTED', { during, kept: 'Nothing was written.' }, { cause: signal.reason });
  const code = causeOf(error) === 'unreachable' ? 'POSTGRES_UNREACHABLE' : 'POSTGRES_FAILED';
  return new UnseenError(code, { address, reason: reasonOf(error) }, { cause: error });
}
