/** Items as rows of the server, and rows as items. */
import { type Item, type ItemCodes, MODALITIES } from '../contract.ts';
import type { Payload } from '../payload.ts';
import type { Row } from './database.ts';
import { codeColumn } from './tables.ts';

/** The 8 bits of every byte as `bit(n)` text: bit 0 first. */
const BYTE_TEXTS = Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1).join(''),
);

export function bitText(code: Uint8Array): string {
  let text = '';
  for (const byte of code) text += BYTE_TEXTS[byte]!;
  return text;
}

export function bytesOfBits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 8);
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === 49) bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
}

/** Of a row with the columns of `ITEM_COLUMNS`. */
export function itemOf(row: Row): Item {
  const codes: { [name: string]: Uint8Array } = {};
  for (const modality of MODALITIES) {
    const bits = row[codeColumn(modality)];
    if (typeof bits === 'string') codes[modality] = bytesOfBits(bits);
  }
  return {
    id: row.id as string,
    codes: codes as ItemCodes,
    ...keptOf(row),
  };
}

/** Of a row with `payload`, and `picture` in hexadecimal. */
export const keptOf = (row: Row): Pick<Item, 'payload' | 'picture'> => ({
  payload: row.payload as Payload,
  ...(typeof row.picture === 'string' && { picture: row.picture }),
});
