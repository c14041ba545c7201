/** The type of a picture by its first bytes. A declared type is never believed alone: a browser would show what it finds. */
import type { Picture } from './contract.ts';

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from)).toString(
    'latin1',
  );

/** Undefined: none of `PICTURE_TYPES`. */
export function pictureType(bytes: Uint8Array): Picture['type'] | undefined {
  const first = latin(bytes, 0, 12);
  if (first.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (first.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (first.startsWith('RIFF') && first.endsWith('WEBP')) return 'image/webp';
  if (first.startsWith('GIF87a') || first.startsWith('GIF89a')) return 'image/gif';
  return isAvif(bytes) ? 'image/avif' : undefined;
}

/** The first box is `ftyp` (its length, its name, major brand, version, compatible brands) and names AVIF. */
function isAvif(bytes: Uint8Array): boolean {
  if (latin(bytes, 4, 8) !== 'ftyp') return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
  const brands = latin(bytes, 8, Math.min(length, 256));
  for (let at = 0; at < brands.length; at += 4)
    if (at !== 4 && ['avif', 'avis'].includes(brands.slice(at, at + 4))) return true;
  return false;
}
