/** SHA-256 through Web Crypto, which Node and browsers share. */
import { UnseenError } from '../errors.ts';

/**
 * Lowercase hexadecimal SHA-256 of bytes or of a text's UTF-8.
 * @throws `CRYPTO_UNAVAILABLE` on a page that came over plain http, where browsers have no Web Crypto
 */
export async function sha256(content: Uint8Array | string): Promise<string> {
  if (!globalThis.crypto?.subtle) throw new UnseenError('CRYPTO_UNAVAILABLE');
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
