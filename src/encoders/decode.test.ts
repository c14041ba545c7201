import { randomBytes } from 'node:crypto';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import type { Color } from 'sharp';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture } from './decode.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="/etc/passwd"/></svg>';

const flat = (width: number, height: number, background: Color, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background } });

/** Left half red, right half blue, 64 × 32. */
const halves = () =>
  flat(64, 32, '#0000ff').composite([
    { input: { create: { width: 32, height: 32, channels: 3, background: '#ff0000' } }, left: 0, top: 0 },
  ]);

const at = (pixels: Uint8Array, side: number, x: number, y: number) => [
  ...pixels.subarray((y * side + x) * 3, (y * side + x) * 3 + 3),
];

function chunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

/** A valid PNG header of any size, followed by almost nothing. */
function claimedPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const body = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...body]);
}

describe('what is refused', () => {
  it.each([
    ['SVG', Buffer.from(SVG)],
    ['SVG', Buffer.from(`\ufeff<?xml version="1.0"?>\n<!-- a comment -->\n${SVG}`)],
    ['gzip', gzipSync(SVG)],
    ['PDF', Buffer.from('%PDF-1.7\n')],
    ['PostScript', Buffer.from('%!PS-Adobe-3.0 EPSF-3.0\n')],
    ['BMP', Buffer.from('BM\0\0\0\0')],
    ['empty', Buffer.alloc(0)],
    ['begins with', Buffer.from('hello')],
  ])('%s is refused by its bytes, whatever it is called', async (what, bytes) => {
    const wrong = decodePicture(bytes, 'holiday.png', { side: 8 });
    await expect(wrong).rejects.toMatchObject({ code: 'PICTURE_FORMAT', values: { file: 'holiday.png' } });
    await expect(wrong).rejects.toThrow(what);
  });

  it('a small file that claims 10 billion pixels is refused before it is decoded', async () => {
    const started = performance.now();
    const bomb = decodePicture(claimedPng(100_000, 100_000), 'bomb.png', { side: 8 });
    await expect(bomb).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE', values: { file: 'bomb.png' } });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('the limit is 25 million pixels', async () => {
    const just = await flat(5000, 5000, '#00ff00').png({ compressionLevel: 1 }).toBuffer();
    expect(at(await decodePicture(just, 'just', { side: 1 }), 1, 0, 0)).toEqual([0, 255, 0]);
    const over = decodePicture(claimedPng(5000, 5001), 'over', { side: 1 });
    await expect(over).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
  });

  it('a picture that is cut short is unreadable, and the error names it', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const noise = sharp(randomBytes(99 * 99 * 3), { raw: { width: 99, height: 99, channels: 3 } });
      const whole = await noise.toFormat(format).toBuffer();
      const cut = decodePicture(whole.subarray(0, whole.length / 2), `album/cut.${format}`, { side: 8 });
      await expect(cut).rejects.toMatchObject({
        code: 'PICTURE_UNREADABLE',
        values: { file: `album/cut.${format}` },
      });
    }
  });
});

describe('what is read', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('%s', async (format) => {
    const bytes = await flat(20, 20, '#ff8000').toFormat(format).toBuffer();
    const [r, g, b] = at(await decodePicture(bytes, format, { side: 4 }), 4, 1, 1);
    expect(Math.abs(r! - 255) + Math.abs(g! - 128) + Math.abs(b!)).toBeLessThan(12);
  });

  it('an AVIF that calls itself mif1, as some writers do', async () => {
    const bytes = await flat(20, 20, '#ffffff').avif().toBuffer();
    expect(bytes.toString('latin1', 8, 12)).toBe('avif');
    bytes.write('mif1', 8, 'latin1');
    expect(at(await decodePicture(bytes, 'mif1', { side: 4 }), 4, 1, 1)).toEqual([255, 255, 255]);
  });

  it('grey, 16-bit, CMYK and palette pictures become 8-bit RGB', async () => {
    const red = flat(9, 9, '#ff0000');
    const grey = await flat(9, 9, '#808080').greyscale().png().toBuffer();
    const deep = await flat(9, 9, '#808080').toColourspace('rgb16').png().toBuffer();
    const palette = await red.clone().png({ palette: true }).toBuffer();
    const cmyk = await flat(9, 9, '#ffffff').toColourspace('cmyk').jpeg().toBuffer();
    expect(at(await decodePicture(grey, 'grey', { side: 3 }), 3, 1, 1)).toEqual([128, 128, 128]);
    expect(Math.abs(at(await decodePicture(deep, 'deep', { side: 3 }), 3, 1, 1)[0]! - 128)).toBeLessThan(2);
    expect(at(await decodePicture(palette, 'palette', { side: 3 }), 3, 1, 1)).toEqual([255, 0, 0]);
    expect(Math.min(...at(await decodePicture(cmyk, 'cmyk', { side: 3 }), 3, 1, 1))).toBeGreaterThan(245);
  });

  it('what is transparent is white', async () => {
    const clear = await flat(9, 9, { r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer();
    expect(at(await decodePicture(clear, 'clear', { side: 3 }), 3, 1, 1)).toEqual([255, 255, 255]);
  });

  it('a photograph is turned as its EXIF says', async () => {
    const turned = await halves().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const pixels = await decodePicture(turned, 'turned', { side: 16, fit: 'fill' });
    const [top, bottom] = [at(pixels, 16, 8, 2), at(pixels, 16, 8, 13)];
    expect(top[0]).toBeGreaterThan(240); // a quarter turn clockwise: the left side is on top
    expect(bottom[2]).toBeGreaterThan(240);
  });

  it('cover cuts the longer sides, fill keeps them', async () => {
    const stripes = await flat(30, 10, '#ffffff')
      .composite([
        {
          input: { create: { width: 10, height: 10, channels: 3, background: '#000000' } },
          left: 10,
          top: 0,
        },
      ])
      .png()
      .toBuffer();
    const cover = await decodePicture(stripes, 'stripes', { side: 10 });
    const fill = await decodePicture(stripes, 'stripes', { side: 9, fit: 'fill' });
    expect(Math.max(...cover)).toBeLessThan(30);
    expect(at(fill, 9, 0, 4)[0]).toBeGreaterThan(240);
    expect(at(fill, 9, 4, 4)[0]).toBeLessThan(15);
  });

  it('raw pixels are only resized', async () => {
    const data = new Uint8Array(8 * 8 * 3).fill(77);
    const pixels = await decodePicture({ data, width: 8, height: 8 }, 'raw', { side: 4 });
    expect([...pixels]).toEqual(Array(48).fill(77));
  });
});
