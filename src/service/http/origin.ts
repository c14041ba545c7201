/**
 * Without tokens the service trusts this machine, but not every page that its browser shows: a name that some site
 * points at 127.0.0.1, or a form that some site sends here, is refused.
 */
import type { FastifyRequest } from 'fastify';
import { UnseenError } from '../../errors.ts';

const LOCAL = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** @throws `ORIGIN_FOREIGN` */
export function checkOrigin({ headers }: FastifyRequest): void {
  const { host, origin } = headers;
  if (!LOCAL.test(host ?? '')) throw new UnseenError('ORIGIN_FOREIGN', { received: `host ${host ?? ''}` });
  if (origin !== undefined && origin !== `http://${host}`)
    throw new UnseenError('ORIGIN_FOREIGN', { received: `origin ${origin}` });
}
