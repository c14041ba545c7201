import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeRows } from '../../data/matrix.ts';
import { readNpy } from '../../data/npy.ts';
import { dequantize, quantize } from './quantize.ts';
import { WordEncoder } from './word-encoder.ts';
import { loadWordVectors } from './word-table.ts';

const table = await loadWordVectors();
const require = createRequire(import.meta.url);
const encoder = WordEncoder.fit([], { wordVectors: table });

function nearest(text: string, names: readonly string[]): string {
  const { data, cols } = encoder.encode([text, ...names]);
  const query = data.subarray(0, cols);
  const cosines = names.map((_, i) => query.reduce((sum, x, j) => sum + x * data[(i + 1) * cols + j]!, 0));
  return names[cosines.indexOf(Math.max(...cosines))]!;
}

describe('the table of words that comes with the project', () => {
  it('begins with the most frequent words, holds every word once, and is read once', async () => {
    expect(table.words.slice(0, 8)).toEqual(['the', 'of', 'to', 'and', 'in', 'for', 'that', 'on']);
    expect(new Set(table.words).size).toBe(table.words.length);
    expect(table.vectors).toMatchObject({ rows: table.words.length, cols: 100 });
    expect(await loadWordVectors()).toBe(table);
  });

  it('was put into bytes as an encoder puts them: inside a model its vectors are the same', () => {
    const { data } = dequantize(quantize(table.vectors, 'x'));
    expect(data.every((x, i) => Object.is(x, table.vectors.data[i]))).toBe(true);
  });

  it('knows nearly all emoji and icons by a word at least', () => {
    const emoji = (require('emojibase-data/en/data.json') as { label: string; tags?: string[] }[]).map(
      ({ label, tags = [] }) => [label, ...tags],
    );
    const icons = (require('@mdi/svg/meta.json') as { name: string; aliases: string[] }[]).map(
      ({ name, aliases }) => [name, ...aliases],
    );
    expect(encoder.unknown(emoji).length / emoji.length).toBeLessThan(0.01);
    expect(encoder.unknown(icons).length / icons.length).toBeLessThan(0.01);
  });

  it('gives texts of one meaning similar vectors', () => {
    const names = ['dog', 'cat', 'car', 'tree', 'guitar', 'pizza', 'airplane'];
    expect(nearest('puppy', names)).toBe('dog');
    expect(nearest('kittens', names)).toBe('cat');
    expect(nearest('a picture of the truck', names)).toBe('car');
    expect(nearest('Violins!', names)).toBe('guitar');
    expect(nearest('jets', names)).toBe('airplane');
    expect(nearest('cheese', names)).toBe('pizza');
  });

  it('agrees with the float vectors of its source to half a step', async () => {
    // 133 words of the icon table, with five decimals.
    const file = path.join(import.meta.dirname, '../../../assets/icon-families.json');
    const source = JSON.parse(await readFile(file, 'utf8')).vectors as Record<string, number[]>;
    for (const [word, exact] of Object.entries(source)) {
      const { data } = takeRows(table.vectors, [table.words.indexOf(word)]);
      const step = Math.max(...exact.map(Math.abs)) / 126.9;
      const furthest = Math.max(...exact.map((x, j) => Math.abs(data[j]! - x)));
      expect(furthest).toBeLessThanOrEqual(step / 2 + 1e-5);
      const dot = exact.reduce((sum, x, j) => sum + x * data[j]!, 0);
      expect(dot / Math.hypot(...exact) / Math.hypot(...data)).toBeGreaterThan(0.9995);
    }
  });

  const folder = path.join(process.env.UNSEEN_DATA ?? 'nowhere', 'wordvec');
  it.runIf(existsSync(folder))('keeps the order of its source', async () => {
    const words = (await readFile(path.join(folder, 'vocab.txt'), 'utf8')).trim().split('\n');
    const places = new Map(words.map((word, i) => [word, i]));
    const found = table.words.slice(0, 19_500).map((word) => places.get(word)!);
    expect(found.every((at, i) => at >= 0 && (i === 0 || at > found[i - 1]!))).toBe(true);
    const array = await readNpy(path.join(folder, 'glove100_32354x100.npy'));
    expect(array.shape).toEqual([words.length, 100]);
    let furthest = 0;
    found.forEach((row, i) => {
      for (let j = 0; j < 100; j++) {
        const difference = table.vectors.data[i * 100 + j]! - Number(array.data[row * 100 + j]);
        furthest = Math.max(furthest, Math.abs(difference));
      }
    });
    expect(furthest).toBeLessThan(0.03);
  });
});
