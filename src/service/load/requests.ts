/** The mix that is asked: searches by random codes, and now and then an item replaced; ready bytes of HTTP. */
import type { Random } from '../../random.ts';
import type { Requests } from './generate.ts';
import { COLLECTION } from './messages.ts';

export interface Mix {
  readonly items: number;
  readonly bits: number;
  readonly k: number;
  /** Share of searches, 0 … 1; the rest are writes. */
  readonly reads: number;
}

export function mixOf({ items, bits, k, reads }: Mix, random: Random): Requests {
  const code = (): string => {
    let text = '';
    for (let i = 0; i < bits / 8; i++) text += random.below(256).toString(16).padStart(2, '0');
    return text;
  };
  const every = 10_000;
  return () =>
    random.below(every) < reads * every
      ? http('POST', `/v1/collections/${COLLECTION}/search`, `{"code":"${code()}","k":${k}}`)
      : http(
          'PUT',
          `/v1/collections/${COLLECTION}/items/${random.below(items)}`,
          `{"codes":{"image":"${code()}"},"payload":{"class":"written"}}`,
        );
}

/** Asked once by a new connection: from then on the service reads from it. */
export const GREETING = Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 'latin1');

/** `body` of ASCII. */
function http(method: string, path: string, body: string): Uint8Array {
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}
