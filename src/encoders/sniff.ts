/** What a file is by its first bytes: names lie, and only formats that hold nothing but pixels may reach the decoder. */

/** Raster formats that the decoder is built with. */
export type PictureFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'AVIF' | 'TIFF';

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

/** `undefined` for everything that is not read: vector formats, HEIC, BMP, text, an empty file. */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'JPEG';
  const head = ascii(bytes, 0, 4);
  if (head === '\x89PNG' && ascii(bytes, 4, 8) === '\r\n\x1a\n') return 'PNG';
  if (head === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'WebP';
  if (head === 'GIF8') return 'GIF';
  if (head === 'II*\0' || head === 'MM\0*') return 'TIFF';
  // Some writers call the file `mif1` and name AVIF among the compatible brands only.
  if (ascii(bytes, 4, 8) === 'ftyp' && /avi[fs]/.test(ascii(bytes, 8, 40))) return 'AVIF';
  return undefined;
}

/** For the message only: a guess at what was refused. */
export function describeRefused(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = ascii(bytes, 0, 1024).replace(/^ï»¿/, '').trimStart();
  if (/<svg[\s>]/i.test(start)) return 'SVG';
  if (start.startsWith('%PDF')) return 'PDF';
  if (start.startsWith('%!PS')) return 'PostScript';
  if (start.startsWith('\x1f\x8b')) return 'a gzip file (perhaps compressed SVG)';
  if (start.startsWith('BM')) return 'BMP';
  if (start.startsWith('<')) return 'XML or HTML';
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `a file that begins with ${hex.join(' ')}`;
}
