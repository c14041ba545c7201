/** Ids as bytes, one by one. */
import type { Id } from '../types.ts';

const NUMBER = 0; // f64, 8 bytes
const BIGINT = 1; // hexadecimal digits, "-" in front of a negative one: reading them takes linear time
export const UTF8 = 2;
const UTF16 = 3; // for strings with half a surrogate pair, which have no UTF-8

/** What the bytes of an id are. */
export function kindOf(id: Id): number {
  if (typeof id === 'string') return utf8Length(id) < 0 ? UTF16 : UTF8;
  return typeof id === 'number' ? NUMBER : BIGINT;
}

/** Bytes of a string in UTF-8; −1 if it has half a surrogate pair. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1); // NaN behind the end
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
    i++; // a pair: 2 units, 4 bytes
  }
  return bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Length of `encoded`. */
export function encodedLength(id: Id): number {
  if (typeof id === 'number') return 8;
  if (typeof id === 'bigint') return id.toString(16).length;
  const bytes = utf8Length(id);
  return bytes < 0 ? 2 * id.length : bytes;
}

export function encoded(id: Id): Uint8Array {
  const kind = kindOf(id);
  if (kind === UTF8) return encoder.encode(id as string);
  if (kind === BIGINT) return encoder.encode((id as bigint).toString(16));
  const text = String(id);
  const view = new DataView(new ArrayBuffer(kind === NUMBER ? 8 : 2 * text.length));
  if (kind === NUMBER) view.setFloat64(0, id as number, true);
  else for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return new Uint8Array(view.buffer);
}

/** Undefined if the bytes are none of that kind. */
export function decodeText(bytes: Uint8Array, kind: number): Id | undefined {
  if (kind === UTF8) return decodeUtf8(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (kind === NUMBER) return bytes.length === 8 ? view.getFloat64(0, true) : undefined;
  if (kind === BIGINT) return decodeBigint(decodeUtf8(bytes) ?? '');
  if (kind !== UTF16 || bytes.length % 2 !== 0) return undefined;
  const units = Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
  return units.map((unit) => String.fromCharCode(unit)).join('');
}

/** Strict: undefined if it is no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeBigint(text: string): bigint | undefined {
  const digits = text.startsWith('-') ? text.slice(1) : text;
  if (!/^(0|[1-9a-f][0-9a-f]*)$/.test(digits) || text === '-0') return undefined;
  try {
    const value = BigInt(`0x${digits}`);
    return digits === text ? value : -value;
  } catch {
    return undefined; // above what an engine holds
  }
}
