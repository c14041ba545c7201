/** Text forms of one code's bytes. Readers are strict: a wrong length or a foreign character names the row. */
import { UnseenError } from '../errors.ts';

const invalid = (row: number, text: string, expected: string): UnseenError =>
  new UnseenError('CODES_TEXT_INVALID', { row, received: text, expected });

export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function hexToBytes(text: string, length: number, row: number): Uint8Array {
  if (text.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(text)) {
    throw invalid(row, text, `${2 * length} hexadecimal digits`);
  }
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function bytesToBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)); // a code has at most 512 bytes: safe to spread
}

export function base64ToBytes(text: string, length: number, row: number): Uint8Array {
  const expected = `${length} bytes in base64`;
  let raw: string;
  try {
    raw = atob(text);
  } catch {
    throw invalid(row, text, expected);
  }
  const bytes = Uint8Array.from(raw, (char) => char.charCodeAt(0));
  // Writing it again refuses what atob forgives: spaces, missing padding, stray low bits.
  if (bytes.length !== length || bytesToBase64(bytes) !== text) throw invalid(row, text, expected);
  return bytes;
}

/** Bit 0 of byte 0 comes first. */
export function bytesToBitString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) for (let bit = 0; bit < 8; bit++) text += (byte >> bit) & 1;
  return text;
}
