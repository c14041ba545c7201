/** The service put together: `createService` opens what is served, `listen` and `close` begin and end it. */
import type { AddressInfo } from 'node:net';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { UnseenError } from '../errors.ts';
import type { Keep } from '../ingest/index.ts';
import { openLanes } from './admission/lanes.ts';
import { Tokens } from './auth/tokens.ts';
import type { TokenEntry } from './auth/tokens-file.ts';
import { Catalog, type ServedCollection, type ServedModel } from './catalog.ts';
import type { Context } from './context.ts';
import { registerBodyParsers } from './http/body-parsers.ts';
import { refuseEarly } from './http/busy.ts';
import { registerDocs } from './http/docs.ts';
import { answerBrokenHttp, answerError, registerErrors } from './http/errors.ts';
import { registerHeaders } from './http/headers.ts';
import { registerHealth } from './http/health.ts';
import { checkOrigin } from './http/origin.ts';
import { registerOperations } from './http/register.ts';
import { registerWeb } from './http/web.ts';
import { Jobs } from './jobs.ts';
import { Connections } from './lifecycle.ts';
import { type Limits, limitsOf } from './limits.ts';
import { registerLog } from './log.ts';
import { registerMetrics } from './metrics.ts';

export interface ServiceOptions {
  /** Open collections; the service closes them. Default: none but those below `root`. */
  readonly collections?: readonly ServedCollection[];
  /** Models for texts and pictures of collections with their fingerprint. Default: none but those below `root`. */
  readonly models?: readonly ServedModel[];
  /**
   * A folder of the service: it opens `collections/<name>/` and `models/<any>/` in it, and makes and removes collections
   * there. Default: none, and collections cannot be made.
   */
  readonly root?: string;
  /** Threads of a search in collections below `root`, 1 … 256. Default: 1. */
  readonly threads?: number;
  /** Who may do what, as `readTokens` gives them. Default: no tokens, and only this machine is listened to. */
  readonly tokens?: readonly TokenEntry[];
  /** Instead of the defaults of the table `LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** How pictures stay with their items: at most 320 px, as they came, or not at all. Default: `small`. */
  readonly keep?: Keep;
  /** Folder of the built page. Default: none. `builtPage()` finds the one that comes with the package. */
  readonly web?: string | undefined;
  /** Folder of an evaluation report, at /report/; whoever reaches the service may read it. Default: none. */
  readonly report?: string | undefined;
  /** A pino logger: `serviceLogger()`. Bodies, ids and tokens are never logged. Default: none. */
  readonly logger?: FastifyBaseLogger;
}

export interface Service {
  /** For tests (`inject`) and routes of one's own; opened by `listen`. */
  readonly app: FastifyInstance;
  /** Returns the address. `port` 0 takes a free one. @throws `TOKENS_MISSING`, `ARGUMENT_INVALID` for a port that cannot be had */
  listen(options?: { readonly host?: string; readonly port?: number }): Promise<string>;
  /** /readyz says no, requests under way end (at most `limits.drain`), then collections are closed. Once is enough. */
  close(): Promise<void>;
  /** Other tokens from now on; requests under way go on. @throws `ARGUMENT_INVALID` for a service that was made without tokens */
  replaceTokens(entries: readonly TokenEntry[]): void;
}

/** An id of 512 characters, each four bytes, percent-encoded. */
const MAX_PARAMETER = 512 * 4 * 3;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** @throws `ARGUMENT_INVALID`, what opening collections and models throws */
export async function createService(options: ServiceOptions = {}): Promise<Service> {
  const { collections = [], models = [], root, threads, tokens: entries, keep = 'small', logger } = options;
  const limits = limitsOf(options.limits ?? {});
  const tokens = entries && new Tokens(entries);
  const catalog = await Catalog.open({ collections, models, root, threads });
  const app = fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.jsonBytes,
    requestTimeout: limits.requestTimeout,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenHttp,
    routerOptions: { maxParamLength: MAX_PARAMETER, caseSensitive: true },
    http: { headersTimeout: limits.headersTimeout, maxHeaderSize: 16_384 },
  });
  app.server.maxConnections = limits.connections;
  const connections = new Connections(app);
  const jobs = new Jobs((error, job) => app.log.error({ err: error, job: job.id }, 'job failed'));
  const context: Context = {
    catalog,
    jobs,
    lanes: openLanes(limits),
    limits,
    keep,
    report: options.report !== undefined,
  };
  const state = { ready: true };
  try {
    app.decorateRequest('identity', undefined);
    app.decorateRequest('deadline', undefined);
    registerHeaders(app);
    if (!tokens) {
      app.addHook('onRequest', (request, _reply, done) => {
        checkOrigin(request);
        done();
      });
    }
    registerErrors(app);
    await registerBodyParsers(app, limits);
    if (logger) registerLog(app);
    const { registry, refused } = registerMetrics(app, context);
    refuseEarly(app.server, context.lanes.of('search'), refused);
    registerHealth(app, { isReady: () => state.ready, registry, tokens });
    registerOperations(app, context, tokens);
    await registerDocs(app);
    await registerWeb(app, options);
    await app.ready();
  } catch (cause) {
    await catalog.close();
    throw cause;
  }
  const stop = async (): Promise<void> => {
    state.ready = false;
    await connections.drain(limits);
    await jobs.close();
    await catalog.close();
  };
  let closing: Promise<void> | undefined;
  return {
    app,
    async listen({ host = '127.0.0.1', port = 8080 } = {}) {
      if (!tokens && !LOOPBACK.has(host)) throw new UnseenError('TOKENS_MISSING', { host });
      try {
        await app.listen({ host, port });
      } catch (cause) {
        const reason = `cannot be had at ${host} (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`;
        throw new UnseenError('ARGUMENT_INVALID', { name: 'port', reason, received: port }, { cause });
      }
      const { port: taken } = app.server.address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
    },
    close() {
      closing ??= stop();
      return closing;
    },
    replaceTokens(entries) {
      if (tokens) return tokens.replace(entries);
      const reason = 'are for a service that was made with some: this one is open to all of this machine';
      throw new UnseenError('ARGUMENT_INVALID', { name: 'tokens', reason, received: entries.length });
    },
  };
}
