/** A port that is taken before minutes of training, so that a taken one is known at once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnseenError } from '../../errors.ts';

/** The demo answers this machine only. */
export const HOST = '127.0.0.1';

export interface HeldPort {
  readonly port: number;
  /** Frees it, for the service that takes it next. */
  release(): Promise<void>;
}

/** Tells whoever comes early to come back. `port` 0 takes a free one. @throws `ARGUMENT_INVALID` for one that cannot be had */
export async function holdPort(port: number): Promise<HeldPort> {
  const server = createServer((_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '30' });
    response.end('Training. Come back in a minute.');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = `cannot be used (${cause.code})`;
      reject(new UnseenError('ARGUMENT_INVALID', { name: 'port', reason, received: port }, { cause }));
    });
    server.listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async release() {
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}
