import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { datasetFromArrays } from './build-dataset.ts';
import { canonicalHash } from './canonical-hash.ts';
import { classKey } from './class-names.ts';
import type { Dataset } from './dataset.ts';
import { supervisedSplit, zeroShotSplit } from './make-split.ts';
import { loadSplit, saveSplit } from './split-file.ts';
import { STANDARD_SPLITS, type StandardSplit, unseenByName } from './standard-splits.ts';

/** Four rows of every class, enough for a query, a pool and a database. */
const made = (name: string, classes: readonly string[], splits?: Dataset['splits']): Dataset =>
  datasetFromArrays({
    name,
    classes,
    ...(splits && { splits }),
    modalities: {
      image: {
        features: Array.from({ length: 4 * classes.length }, () => [1]),
        labels: Array.from({ length: 4 * classes.length }, (_, row) => row % classes.length),
      },
    },
  });

/** A dataset of a split's classes, in another order and spelling, filled up with classes of no name. */
function datasetOf({ classes, signs = [], seen, unseen }: StandardSplit, extra = 0): Dataset {
  const known = classes ?? signs.map((names) => names.at(-1)!);
  const others = Array.from({ length: seen + unseen - known.length + extra }, (_, i) => `other ${i}`);
  const spelled = known.map((name, i) => `${String(i + 1).padStart(3, '0')}.${name.replaceAll(' ', '_')}`);
  return made('made', [...others, ...spelled.reverse()]);
}

const standard = (name: string): StandardSplit => STANDARD_SPLITS.find((one) => one.name === name)!;
const byName = (data: Dataset, split: string, seed = 0) => zeroShotSplit(data, { unseen: { split }, seed });

describe('a split by name', () => {
  it.each(STANDARD_SPLITS)('$name: as many seen and unseen classes as it says, none twice', (split) => {
    const { seen, unseen } = byName(datasetOf(split), split.name);
    expect([seen.length, unseen.length]).toEqual([split.seen, split.unseen]);
    expect(split.name).toContain(`-${split.seen}-${split.unseen}`);
    if (split.classes) expect(new Set(split.classes.map(classKey)).size).toBe(split.unseen);
  });

  it('leaves the classes unseen that the literature lists, however the dataset spells and orders them', () => {
    const data = datasetOf(standard('awa-40-10'));
    for (const seed of [0, 1]) {
      const { unseen } = byName(data, 'awa-40-10', seed);
      const names = unseen.map((label) => data.classes[label]!);
      expect(names).toContain('002.giant_panda');
      expect(names.map(classKey).sort()).toEqual(standard('awa-40-10').classes!.map(classKey).sort());
    }
  });

  it('of which only the number is known is drawn by the seed, as that number would be', () => {
    const data = datasetOf(standard('cifar10-8-2'));
    const draws = [0, 1, 2, 3].map((seed) => byName(data, 'cifar10-8-2', seed).unseen);
    expect(draws).toEqual([0, 1, 2, 3].map((seed) => zeroShotSplit(data, { unseen: 2, seed }).unseen));
    expect(new Set(draws.map(String)).size).toBeGreaterThan(1);
  });

  it('that came with the data is used by its name, and comes before one of the literature', () => {
    const own = { proposed: { unseen: [1, 3] }, 'awa-40-10': { unseen: [2] } };
    const data = made('own', ['a', 'b', 'c', 'd', 'e'], own);
    expect(byName(data, 'proposed').unseen).toEqual([1, 3]);
    expect(byName(data, 'awa-40-10').unseen).toEqual([2]);
  });

  it('is refused when classes are missing, with their names', () => {
    const { classes } = datasetOf(standard('awa-40-10'));
    const renamed = classes.map((name) => (name === '005.pig' ? 'hog' : name));
    expect(() => byName(made('animals', renamed), 'awa-40-10')).toThrow(
      expect.objectContaining({
        code: 'SPLIT_NAME_CLASSES',
        message: expect.stringContaining('no class pig'),
        values: expect.objectContaining({ missing: ['pig'] }),
      }),
    );
  });

  it.each(STANDARD_SPLITS)(
    '$name is refused for another number of classes, and for other classes',
    (split) => {
      for (const data of [
        datasetOf(split, 1),
        made(
          'other',
          datasetOf(split).classes.map((_, i) => `class ${i}`),
        ),
      ])
        expect(() => byName(data, split.name)).toThrow(
          expect.objectContaining({ code: 'SPLIT_NAME_CLASSES' }),
        );
    },
  );

  it('that nobody knows is refused with those that are known, the dataset’s own first', () => {
    const data = made('own', ['a', 'b', 'c'], { proposed: { unseen: [1] } });
    for (const name of ['awa', '', 'constructor', '__proto__'])
      expect(() => unseenByName(data, name)).toThrow(
        expect.objectContaining({
          code: 'SPLIT_UNKNOWN',
          hint: expect.stringMatching(/proposed, apy-20-12, awa-40-10/),
        }),
      );
  });

  it('is never taken for the name of a class', () => {
    const data = made('own', ['proposed', 'b', 'c', 'd'], { proposed: { unseen: [1, 2] } });
    expect(zeroShotSplit(data, { unseen: ['proposed'] }).unseen).toEqual([0]);
    expect(byName(data, 'proposed').unseen).toEqual([1, 2]);
    expect(() => zeroShotSplit(data, { unseen: ['awa-40-10'] })).toThrow(
      expect.objectContaining({ code: 'CLASS_UNKNOWN', hint: expect.stringContaining('split:NAME') }),
    );
  });

  it('stands in the split’s file, under its hash; splits without a name are as they were', async () => {
    const data = datasetOf(standard('cifar10-9-1'));
    const named = byName(data, 'cifar10-9-1');
    expect(named.unseenFrom).toBe('cifar10-9-1');
    const file = path.join(await temporaryFolder(), 'split.json');
    await saveSplit(named, file);
    expect(await loadSplit(file, data)).toEqual(named);
    const text = await readFile(file, 'utf8');
    const { hash, unseenFrom, ...rest } = JSON.parse(text) as Record<string, never>;
    expect(unseenFrom).toBe('cifar10-9-1');
    expect(canonicalHash({ ...rest, unseenFrom: 'awa-40-10' })).not.toBe(hash);
    const plain = zeroShotSplit(data, { unseen: 1 });
    expect({ ...plain, hash }).toEqual({ ...rest, hash });
    expect(canonicalHash(rest)).toBe(plain.hash);
    expect(supervisedSplit(data)).not.toHaveProperty('unseenFrom');
  });
});
