/** Whether the process lives, whether it should be sent requests, and its figures. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { UnseenError } from '../../errors.ts';
import { checkAllowed, type Tokens } from '../auth/tokens.ts';

interface Parts {
  readonly isReady: () => boolean;
  readonly registry: Registry;
  readonly tokens: Tokens | undefined;
}

export function registerHealth(app: FastifyInstance, { isReady, registry, tokens }: Parts): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    if (!isReady()) throw new UnseenError('SERVICE_STOPPING', {});
    return { status: 'ready' };
  });
  app.get('/metrics', async (request, reply) => {
    // Names and sizes of collections are nobody else's business.
    if (tokens) checkAllowed(tokens.identify(request.headers.authorization), 'read');
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
