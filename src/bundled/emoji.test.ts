import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { zeroShotSplit } from '../data/make-split.ts';
import { readFeatures } from '../encoders/pictures.ts';
import { loadWordVectors } from '../encoders/text/word-table.ts';
import { openEmoji } from './emoji.ts';
import { codePoints } from './emoji-list.ts';
import { emojiEmbeddings } from './emoji-words.ts';

const STYLES = ['noto', 'twemoji', 'openmoji'];

let emoji: Dataset;
const progress: number[] = [];
beforeAll(async () => {
  emoji = await openEmoji({ cacheDir: false, onProgress: (done) => progress.push(done) });
}, 120_000);

const image = () => emoji.modalities.image!;
const text = () => emoji.modalities.text!;
const rowOf = (name: string) => emoji.rowNames!.indexOf(name);
const classOf = (row: number) => emoji.classes[image().labels.first(row)]!;
const styleOf = (row: number) => STYLES.findIndex((style) => emoji.rowNames![row]!.endsWith(` (${style})`));

function pixelsOf({ modalities }: Dataset): Uint8Array {
  const images = modalities.image?.images;
  if (images?.kind !== 'pixels') throw new TypeError('pixels expected');
  return images.data;
}
const SIZE = 64 * 64 * 3;
const picture = (row: number) => pixelsOf(emoji).subarray(row * SIZE, (row + 1) * SIZE);
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

describe('the emoji set', () => {
  it('has the counts that its page states', async () => {
    const page = await readFile(new URL('../../docs/emoji.md', import.meta.url), 'utf8');
    expect(emoji.rows).toBe(5255);
    expect(page).toContain('5,255 pictures');
    expect(new Set(emoji.groups).size).toBe(1838);
    expect(page).toContain('1,838 emoji');
    expect(emoji.classes.length).toBe(80);
    expect(page).toContain('80 subgroups');
    expect(progress.at(-1)).toBe(5255);
    const rows = [...Array(emoji.rows).keys()];
    for (const [style, name] of STYLES.entries()) {
      const drawn = rows.filter((row) => styleOf(row) === style).length;
      expect(page).toContain(`${name} ${drawn.toLocaleString('en')}`);
    }
    const counts = emoji.classes.map((name, label) => {
      const groups = rows
        .filter((row) => image().labels.first(row) === label)
        .map((row) => emoji.groups![row]);
      return `${name} ${new Set(groups).size}`;
    });
    expect(page.replaceAll('\n> ', ' ')).toContain(counts.join(', '));
  });

  it.each([
    ['dog face', 'animal-mammal'],
    ['penguin', 'animal-bird'],
    ['red apple', 'food-fruit'],
    ['pizza', 'food-prepared'],
    ['rose', 'plant-flower'],
    ['red heart', 'heart'],
    ['locomotive', 'transport-ground'],
    ['violin', 'musical-instrument'],
    ['hammer', 'tool'],
    ['sun', 'sky-weather'],
    ['Leo', 'zodiac'],
    ['keycap: #', 'keycap'],
    ['woman running', 'person-activity'],
  ])('%s is of the class %s in every style', (name, expected) => {
    for (const style of STYLES) expect(classOf(rowOf(`${name} (${style})`))).toBe(expected);
  });

  it('only noto lacks some, and these are flags of countries', () => {
    const drawn = new Map<number, string[]>();
    emoji.rowNames!.forEach((_, row) => {
      const group = emoji.groups![row]!;
      drawn.set(group, [...(drawn.get(group) ?? []), STYLES[styleOf(row)]!]);
    });
    const lacking = new Set<string>();
    emoji.groups!.forEach((group, row) => {
      const styles = drawn.get(group)!.join(' ');
      if (styles === STYLES.join(' ')) return;
      expect(styles).toBe('twemoji openmoji');
      lacking.add(classOf(row));
    });
    expect([...lacking]).toEqual(['country-flag']);
  });

  it('code points are the same with and without the variation selector', () => {
    expect(codePoints('2764-FE0F-200D-1F525')).toBe('2764-200d-1f525');
    expect(codePoints('1f468-200d-2695')).toBe(codePoints('1F468-200D-2695-FE0F'));
  });

  it('every class has at least 7 emoji and 21 pictures, and only its own groups', () => {
    const labelOf = new Map<number, number>();
    emoji.groups!.forEach((group, row) => {
      const label = image().labels.first(row);
      expect(labelOf.get(group) ?? label).toBe(label);
      labelOf.set(group, label);
    });
    for (const label of emoji.classes.keys()) {
      expect([...labelOf.values()].filter((other) => other === label).length).toBeGreaterThanOrEqual(7);
      const rows = [...emoji.groups!.keys()].filter((row) => image().labels.first(row) === label);
      expect(rows.length).toBeGreaterThanOrEqual(21);
    }
  });

  it('every text starts with the name, has no empty part, and is of its group', () => {
    const ofGroup = new Map<number, string>();
    text().texts!.forEach((parts, row) => {
      expect(emoji.rowNames![row]).toBe(`${parts[0]} (${STYLES[styleOf(row)]})`);
      expect(parts.every((part) => part.trim() !== '')).toBe(true);
      expect(new Set(parts).size).toBe(parts.length);
      const group = emoji.groups![row]!;
      expect(ofGroup.get(group) ?? parts.join('|')).toBe(parts.join('|'));
      ofGroup.set(group, parts.join('|'));
    });
    expect(text().texts![rowOf('dog face (noto)')]).toEqual(
      expect.arrayContaining(['dog face', 'animal', 'pet', 'puppy']),
    );
    expect(text().places).toBeUndefined();
  });

  it('no row is a skin tone', () => {
    expect(emoji.rowNames!.filter((name) => name.includes('skin tone'))).toEqual([]);
  });

  it('every picture shows something, on white, and no two styles draw alike', () => {
    let papered = 0;
    for (let row = 0; row < emoji.rows; row++) {
      const pixels = picture(row);
      // Twemoji's white heart is a pale grey.
      expect(pixels.some((value) => value < 240)).toBe(true);
      if (pixels[0] === 255 && pixels[1] === 255 && pixels[2] === 255) papered++;
      const other = row + 1;
      if (emoji.groups![other] === emoji.groups![row])
        expect(Buffer.compare(picture(row), picture(other)), emoji.rowNames![row]).not.toBe(0);
    }
    expect(papered / emoji.rows).toBeGreaterThan(0.99);
  });

  it('colours are right: a red apple is red and a green one green, in every style', () => {
    const mean = (name: string) =>
      [0, 1, 2].map((channel) => {
        const pixels = picture(rowOf(name));
        let sum = 0;
        for (let p = channel; p < SIZE; p += 3) sum += pixels[p]!;
        return sum / (64 * 64);
      });
    for (const style of STYLES) {
      const [red, green] = [mean(`red apple (${style})`), mean(`green apple (${style})`)];
      expect(red[0]).toBeGreaterThan(red[1]! + 30);
      expect(green[1]).toBeGreaterThan(green[0]! + 5);
    }
  });

  it('its features are what a model makes of the raw pictures', async () => {
    const rows = [0, 2500, 5254];
    const { features } = await readFeatures(image().images!, image().extractor!, { rows });
    const { data, cols } = image().features!;
    expect([cols, image().extractor]).toEqual([1132, 'gradients-colour/1']);
    rows.forEach((row, i) => {
      expect(features.data.subarray(i * cols, (i + 1) * cols)).toEqual(
        data.subarray(row * cols, (row + 1) * cols),
      );
    });
  });

  it('emoji never sit on two sides of a split', () => {
    const split = zeroShotSplit(emoji, { unseen: 24, seed: 1 });
    const side = new Map<number, string>();
    for (const name of ['train', 'pool', 'query', 'database'] as const) {
      expect(split[name].length).toBeGreaterThan(50);
      for (const row of split[name]) {
        const group = emoji.groups![row]!;
        expect(side.get(group) ?? name).toBe(name);
        side.set(group, name);
      }
    }
  });
});

describe('class embeddings of emoji', () => {
  it('have unit norm, differ, and their nearest class makes sense', () => {
    expect([...emoji.classEmbeddings.keys()]).toEqual(['glove100-sif', 'glove100']);
    for (const { data, rows, cols } of emoji.classEmbeddings.values()) {
      expect([rows, cols]).toEqual([80, 100]);
      const row = (name: string) => {
        const i = emoji.classes.indexOf(name);
        return data.subarray(i * cols, (i + 1) * cols);
      };
      const dot = (a: string, b: string) => row(a).reduce((sum, x, k) => sum + x * row(b)[k]!, 0);
      for (const name of emoji.classes) expect(dot(name, name)).toBeCloseTo(1, 5);
      for (const a of emoji.classes)
        for (const b of emoji.classes) if (a !== b) expect(dot(a, b), `${a}, ${b}`).toBeLessThan(0.999);
      expect(dot('food-fruit', 'food-vegetable')).toBeGreaterThan(dot('food-fruit', 'keycap') + 0.3);
    }
  });

  it('are made of the name alone: of one class as of all', async () => {
    const label = emoji.classes.indexOf('animal-bird');
    for (const [name, { data, cols }] of emojiEmbeddings(['animal-bird'], await loadWordVectors())) {
      const all = emoji.classEmbeddings.get(name)!.data.subarray(label * cols, (label + 1) * cols);
      for (let j = 0; j < cols; j++) expect(all[j]).toBeCloseTo(data[j]!, 6);
    }
  });

  it('a class of which no word has a vector is named', async () => {
    const words = await loadWordVectors();
    expect(() => emojiEmbeddings(['flurb-blorp'], words)).toThrow('flurb-blorp');
  });
});

describe('the cache of emoji', () => {
  it('gives the same set as drawing it, to every process', async () => {
    // The project's own: another process drew them, unless this is the first to ask.
    await openEmoji();
    let drawn = 0;
    const cached = await openEmoji({ onProgress: () => drawn++ });
    expect(drawn).toBe(0);
    expect(cached.fingerprint).toBe(emoji.fingerprint);
    expect(Buffer.compare(pixelsOf(cached), pixelsOf(emoji))).toBe(0);
    const features = cached.modalities.image!.features!.data;
    expect(Buffer.compare(bytesOf(features), bytesOf(image().features!.data))).toBe(0);
  });

  it('drawing stops when it is told to', async () => {
    const stop = new AbortController();
    const drawing = openEmoji({ cacheDir: false, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(drawing).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('what is missing of emoji', () => {
  afterEach(() => {
    vi.doUnmock('node:module');
    vi.resetModules();
  });

  it('without the packages one error says all that is to be installed', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => ({
        resolve: (file: string) => {
          if (file.includes('noto') || file.includes('emojibase')) throw new Error('Cannot find module');
          return file;
        },
      }),
    }));
    const fresh = await import('./emoji-list.ts');
    await expect(fresh.listEmoji()).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      hint: 'Run: npm install @iconify-json/noto@1.2.9 emojibase-data@17.0.0',
    });
  });
});
