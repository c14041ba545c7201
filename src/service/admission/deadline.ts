/** The signal of one request: it fires when time is up, when the client is gone, or when the service must end. */
import type { ServerResponse } from 'node:http';
import { UnseenError } from '../../errors.ts';

/** Header in which a client asks for less time than the service would give, in milliseconds. */
export const TIMEOUT_HEADER = 'unseen-timeout';

/** Why a signal fired because the client went away: there is nobody to answer. */
export const CLIENT_GONE = Symbol('the client is gone');

/** @throws `REQUEST_INVALID` */
export function askedTimeout(header: string | string[] | undefined, most: number): number {
  if (header === undefined) return most;
  if (typeof header === 'string' && /^[1-9]\d{0,8}$/.test(header)) return Math.min(Number(header), most);
  throw new UnseenError('REQUEST_INVALID', {
    field: `header.${TIMEOUT_HEADER}`,
    reason: 'must be a whole number of milliseconds from 1',
  });
}

export class Deadline {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  #timer: NodeJS.Timeout | undefined;
  /** The request is there, and its work has begun. */
  #begun = false;
  readonly #tooSlow: (error: UnseenError) => void;

  /** `tooSlow` is called when time is up before all of the request was there: nobody listens to the signal yet. */
  constructor(response: ServerResponse, milliseconds: number, tooSlow: (error: UnseenError) => void) {
    this.#tooSlow = tooSlow;
    this.restart(milliseconds);
    response.once('close', () => {
      clearTimeout(this.#timer);
      if (!response.writableFinished) this.#controller.abort(CLIENT_GONE);
    });
  }

  begin(): void {
    this.#begun = true;
  }

  /** So long from now on. */
  restart(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.abort(new UnseenError('DEADLINE_PASSED', { milliseconds }));
      if (!this.#begun) this.#tooSlow(new UnseenError('REQUEST_SLOW', { milliseconds }));
    }, milliseconds);
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
