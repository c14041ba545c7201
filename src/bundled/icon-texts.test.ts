import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { hasItem, takeTexts } from '../data/items.ts';
import { openIconWords } from './icon-texts.ts';
import { openIcons } from './icons.ts';

let cacheDir: string;
let icons: Dataset;
let words: Dataset;
beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'unseen-icon-words-'));
  icons = await openIcons({ cacheDir });
  words = await openIconWords({ cacheDir });
}, 60_000);
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

const text = () => words.modalities.text!;
const rowOf = (name: string) => words.rowNames!.indexOf(name);
const featuresOf = ({ modalities }: Dataset) => Buffer.from(modalities.image!.features!.data.buffer);
const textsOf = (name: string) => takeTexts(text(), [rowOf(name)])[0]!;

describe('icons with words', () => {
  it('are the icons, row by row, under a name of their own', () => {
    expect(words.name).toBe('icons-words');
    expect(words.fingerprint).not.toBe(icons.fingerprint);
    expect(words.rowNames).toEqual(icons.rowNames);
    expect(words.groups).toEqual(icons.groups);
    expect(words.classEmbeddings.get('glove100')!.rows).toBe(icons.classes.length);
    expect(Buffer.compare(featuresOf(words), featuresOf(icons))).toBe(0);
  });

  it('the icons alone keep the fingerprint that their splits and models name', () => {
    expect(icons.fingerprint).toBe('327dd3c90b8aa4a263dcd5263730b5d57aa943c8639b41df1aaaf7e8f5c6072c');
  });

  it('say what the name, the aliases and the tags say', () => {
    expect(textsOf('account-search')).toEqual(['search', 'user search', 'person search', 'user']);
    expect(textsOf('bell-plus')[0]).toBe('plus');
  });

  it('never say the family, which is the label', () => {
    for (let row = 0; row < words.rows; row++) {
      if (!hasItem(text(), row)) continue;
      const family = words.classes[words.modalities.image!.labels.first(row)]!;
      const said = takeTexts(text(), [row])[0]!.flatMap((part) => part.split(' '));
      expect(said).not.toContain(family);
      expect(said).not.toContain(`${family}s`);
    }
  });

  it('five icons have no other word: they are pictures without a text or a label of it', () => {
    const silent = [...Array(words.rows).keys()].filter((row) => !hasItem(text(), row));
    expect(silent.map((row) => words.rowNames![row])).toEqual([
      'clipboard',
      'comment',
      'head',
      'keyboard',
      'wifi',
    ]);
    for (const row of silent) expect(text().labels.first(row)).toBe(-1);
    expect(text().texts!.length).toBe(words.rows - silent.length);
    expect(text().texts!.every((parts) => parts.length > 0 && !parts.includes(''))).toBe(true);
  });

  it('labels of texts are those of the pictures', () => {
    for (let row = 0; row < words.rows; row++)
      if (hasItem(text(), row))
        expect(text().labels.first(row)).toBe(words.modalities.image!.labels.first(row));
  });
});
