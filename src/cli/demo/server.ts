/** A service on this machine only: bound before the training, so that a taken port is known at once. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnseenError } from '../../errors.ts';

export interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** Undefined: there is no such thing (404). */
export type Handler = (url: URL) => Promise<Answer | undefined> | Answer | undefined;

export interface LocalServer {
  readonly url: string;
  /** Answers with `handler` until the signal fires. */
  serve(handler: Handler, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** The page needs nothing from anywhere else. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; img-src 'self' data:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** `port` 0 takes a free one. Throws `ARGUMENT_INVALID` for a port that cannot be had. */
export async function openServer(port: number): Promise<LocalServer> {
  let handler: Handler = () => ({ type: 'text/plain', body: 'Training. Come back in a minute.' });
  const server = createServer((request, response) => void respond(request, response, handler));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = `cannot be used (${cause.code})`;
      reject(new UnseenError('ARGUMENT_INVALID', { name: 'port', reason, received: port }, { cause }));
    });
    server.listen(port, HOST, resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    async serve(ready, signal) {
      handler = ready;
      if (!signal.aborted)
        await new Promise((stop) => signal.addEventListener('abort', stop, { once: true }));
      await close();
    },
    close,
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  const send = (status: number, { type, body }: Answer): void => {
    response.writeHead(status, {
      ...HEADERS,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const plain = (status: number, text: string): void =>
    send(status, { type: 'text/plain; charset=utf-8', body: text });
  // A name that some other site points at this machine is not ours (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ''))
    return plain(403, 'Unknown host.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET.');
  try {
    const answer = await handler(new URL(request.url ?? '/', `http://${HOST}`));
    if (answer) send(200, answer);
    else plain(404, 'Nothing here.');
  } catch (error) {
    if (error instanceof UnseenError && error.exit === 2) plain(400, error.message);
    else plain(500, (error as Error).message);
  }
}
