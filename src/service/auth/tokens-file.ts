/** The file of tokens: who may do what where. It holds SHA-256 of tokens, never a token. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { collectionName } from '../api/fields.ts';
import { SCOPES } from '../api/operations.ts';

export const TOKENS_FORMAT = 'unseen-tokens/1';
/** A token is drawn from 2²⁵⁶: a fast hash is enough, nobody can try them all. */
const TOKEN_BYTES = 32;
const PREFIX = 'unseen_';

const tokenEntry = z.strictObject({
  /** For people and logs. */
  name: z.string().min(1).max(100),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lowercase hexadecimal'),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Only these collections. Absent: all. */
  collections: z.array(collectionName).optional(),
});
export type TokenEntry = z.infer<typeof tokenEntry>;

const tokensFile = z.strictObject({
  format: z.literal(TOKENS_FORMAT),
  tokens: z.array(tokenEntry).max(10_000),
});
export type TokensFile = z.infer<typeof tokensFile>;

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A new token, which is shown once, and the entry of the file. */
export function makeToken(entry: Omit<TokenEntry, 'sha256'>): {
  readonly token: string;
  readonly entry: TokenEntry;
} {
  const token = PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, entry: { ...entry, sha256: hashToken(token) } };
}

/** @throws `FILE_UNREADABLE`, `TOKENS_INVALID` naming the entry */
export async function readTokens(file: string): Promise<readonly TokenEntry[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new UnseenError('FILE_UNREADABLE', { file, reason: cause.code ?? String(cause) }, { cause });
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new UnseenError('TOKENS_INVALID', { file, where: 'file', reason: 'is no JSON' }, { cause });
  }
  const parsed = tokensFile.safeParse(raw);
  if (parsed.success) return parsed.data.tokens;
  const { path, message } = parsed.error.issues[0]!;
  throw new UnseenError('TOKENS_INVALID', { file, where: path.join('.') || 'file', reason: message });
}
