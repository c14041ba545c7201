import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { thumbnail } from './pictures.ts';
import { drawStrips, type StripHit } from './strips.ts';

const SIDE = 48;

/** `count` flat pictures of one grey each. */
const pixels = (count: number) => ({
  kind: 'pixels' as const,
  count,
  height: 8,
  width: 8,
  data: Uint8Array.from({ length: count * 192 }, (_, i) => 40 * Math.floor(i / 192)),
});

describe('a picture of results', () => {
  it('holds one picture a hit and differs where right and wrong differ', async () => {
    const images = pixels(5);
    const pictures = await Promise.all([0, 1, 2, 3, 4].map((row) => thumbnail(images, row, SIDE)));
    const hits = (right: boolean): StripHit[] =>
      pictures.slice(1).map((picture, i) => ({ picture, name: `class ${i}`, right, distance: i }));
    const draw = (right: boolean) =>
      drawStrips(
        [
          {
            query: { picture: pictures[0]!, name: 'a <query>' },
            lines: [{ method: 'tzsh', hits: hits(right) }],
          },
        ],
        { title: 'Found', side: SIDE },
      );
    const [good, bad] = await Promise.all([draw(true), draw(false)]);
    const facts = await sharp(good).metadata();
    expect(facts.format).toBe('png');
    expect(facts.width).toBeGreaterThan(5 * SIDE);
    expect(good.equals(bad)).toBe(false);
    // Grey alone still tells them apart: shapes differ, not only colours.
    const grey = async (png: Buffer) => sharp(png).greyscale().threshold(200).raw().toBuffer();
    expect((await grey(good)).equals(await grey(bad))).toBe(false);
  });
});

describe('a picture of results among texts', () => {
  it('holds texts as queries and as hits, each as wide as two pictures', async () => {
    const picture = await thumbnail(pixels(1), 0, SIDE);
    const hit = (item: { text: string } | { picture: Buffer }): StripHit => ({
      ...item,
      name: 'class',
      right: true,
      distance: 0,
    });
    const draw = async (query: { text: string } | { picture: Buffer }, hits: StripHit[]) => {
      const strip = { query: { ...query, name: 'class' }, lines: [{ method: 'cca-itq', hits }] };
      const png = await drawStrips([strip], { title: 'Found', side: SIDE });
      return (await sharp(png).metadata()).width!;
    };
    const words = { text: 'two <words> & \u0007 more' };
    const pictures = await draw(words, Array<StripHit>(12).fill(hit({ picture })));
    const texts = await draw({ picture }, Array<StripHit>(6).fill(hit(words)));
    expect(pictures).toBe(texts);
    expect(pictures).toBeGreaterThan(12 * SIDE);
  });
});

describe('a thumbnail', () => {
  it('is a square PNG of the asked size whatever the picture', async () => {
    const wide = await sharp({ create: { width: 60, height: 20, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    const images = {
      kind: 'files' as const,
      count: 1,
      name: () => 'wide.png',
      read: async () => new Uint8Array(wide),
    };
    const { data, info } = await sharp(await thumbnail(images, 0, SIDE))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([SIDE, SIDE]);
    expect(data[0]).toBe(255); // transparent becomes white
  });
});
