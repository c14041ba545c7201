/** Whether a request may do what it asks. All entries are compared, in constant time each: time tells nothing of them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { UnseenError } from '../../errors.ts';
import type { Scope } from '../api/operations.ts';
import type { TokenEntry } from './tokens-file.ts';

export interface Identity {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Undefined: all. */
  readonly collections: ReadonlySet<string> | undefined;
}

/** On this machine without tokens. */
export const ANYBODY: Identity = {
  name: 'anybody',
  scopes: new Set<Scope>(['read', 'write', 'admin']),
  collections: undefined,
};

/** Bearer tokens are this long at most; longer ones are not worth a hash. */
const MAX_TOKEN = 512;

export class Tokens {
  #known: readonly { readonly hash: Buffer; readonly identity: Identity }[] = [];

  constructor(entries: readonly TokenEntry[]) {
    this.replace(entries);
  }

  /** From now on these count and no others; requests under way go on. */
  replace(entries: readonly TokenEntry[]): void {
    this.#known = entries.map(({ name, sha256, scopes, collections }) => ({
      hash: Buffer.from(sha256, 'hex'),
      identity: { name, scopes: new Set(scopes), collections: collections && new Set(collections) },
    }));
  }

  /** @throws `TOKEN_MISSING`, `TOKEN_UNKNOWN` */
  identify(authorization: string | undefined): Identity {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new UnseenError('TOKEN_MISSING', {});
    const hash = createHash('sha256').update(token.slice(0, MAX_TOKEN)).digest();
    let found: Identity | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) found = known.identity;
    if (!found || token.length > MAX_TOKEN) throw new UnseenError('TOKEN_UNKNOWN', {});
    return found;
  }
}

/** The same answer whether there is such a collection or not. @throws `SCOPE_MISSING`, `COLLECTION_FORBIDDEN` */
export function checkAllowed(
  { name, scopes, collections }: Identity,
  scope: Scope,
  collection?: string,
): void {
  if (!scopes.has(scope)) throw new UnseenError('SCOPE_MISSING', { token: name, scope });
  if (collection === undefined || !collections || collections.has(collection)) return;
  throw new UnseenError('COLLECTION_FORBIDDEN', { token: name, received: collection });
}
