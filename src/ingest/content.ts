/** What an item says: its text, its payload with the hash of the source, and the key by which equal contents are found. */
import { createHash } from 'node:crypto';
import { type Payload, parsePayload } from '../collection/index.ts';
import type { RawItem } from './item.ts';

/** Parts of a text in `payload.text`: tokenizers end a word there, so that the joined text has the same code. */
const SEPARATOR = ', ';

/** Undefined where there is none, or only white space. */
export function textOf({ text }: RawItem): string | undefined {
  if (text === undefined) return undefined;
  const parts = typeof text === 'string' ? [text] : text;
  const joined = parts.filter((part) => part.trim() !== '').join(SEPARATOR);
  return joined === '' ? undefined : joined;
}

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** The payload that is kept: `sha256` is of the picture's file, else of the text in UTF-8. @throws `PAYLOAD_INVALID` */
export function payloadOf(raw: RawItem): Payload {
  const text = textOf(raw);
  return parsePayload({
    ...raw.payload,
    ...(text !== undefined && { text }),
    sha256: sha256(raw.picture ?? text ?? ''),
  });
}

/** Equal for items of the same source bytes and text, whatever else their payloads say; half a SHA-256, a character a byte. */
export const contentKey = ({ sha256: source, text }: Payload): string =>
  createHash('sha256')
    .update(`${source}\0${text ?? ''}`)
    .digest()
    .toString('latin1', 0, 16);
