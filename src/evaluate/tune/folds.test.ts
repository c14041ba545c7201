import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import {
  type AnySplitOptions,
  type Dataset,
  datasetFromArrays,
  loadSplit,
  makeSplit,
  PROTOCOLS,
  type Split,
  saveSplit,
} from '../../data/index.ts';
import { innerSplits } from './folds.ts';
import { trainingPart } from './training-part.ts';

/** Nine classes of 36 rows, images and texts; three rows of a class a group if asked. */
const made = (groups = false): Dataset => {
  const data = syntheticDataset({ classes: 9, perClass: 36, dim: 4, text: 4 });
  if (!groups) return data;
  return datasetFromArrays({ ...data, groups: Array.from({ length: data.rows }, (_, row) => row % 108) });
};

const folds = (data: Dataset, split: Split, seed = 3, count = 3) => {
  const part = trainingPart(data, split);
  return { part, inner: innerSplits(part, split, { folds: count, seed }) };
};
const labelOf = (data: Dataset, row: number) => data.modalities.image!.labels.first(row);
const flatten = (lists: readonly (readonly number[])[]) => lists.flat().sort((a, b) => a - b);
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'no error';
};

const CASES: [string, boolean, AnySplitOptions][] = PROTOCOLS.flatMap((protocol) => {
  const unseen = protocol.startsWith('zero') ? { unseen: 2 } : {};
  return [
    [`${protocol}`, false, { protocol, ...unseen }],
    [`${protocol}, in groups`, true, { protocol, ...unseen }],
    [`${protocol}, half of the labels`, false, { protocol, ...unseen, labelShare: 0.5 }],
    [`${protocol}, disjoint label spaces`, false, { protocol, ...unseen, labelSpaces: 'disjoint' as const }],
  ] as [string, boolean, AnySplitOptions][];
});

describe.each(CASES)('inner splits of %s', (_, grouped, options) => {
  const data = made(grouped);
  const outer = makeSplit(data, { ...options, seed: 7 });
  const supervised = outer.unseen.length === 0;
  // A class has four groups in training: too few for three folds to ask some and find some.
  const count = supervised && grouped ? 2 : 3;
  const { part, inner } = folds(data, outer, 3, count);

  it('are valid splits of the training rows', async () => {
    const folder = await temporaryFolder();
    for (const [i, split] of inner.entries()) {
      const file = path.join(folder, `${i}.json`);
      await saveSplit(split, file);
      expect(await loadSplit(file, part)).toEqual(split);
      expect(split.protocol).toBe(outer.protocol);
      expect(split.query.length).toBeGreaterThan(0);
    }
    expect(part.rows).toBe(outer.train.length);
  });

  it('hold every class or row out once', () => {
    if (!supervised) {
      expect(flatten(inner.map(({ unseen }) => unseen))).toEqual(outer.seen);
      for (const { seen, unseen } of inner) expect(flatten([seen, unseen])).toEqual(outer.seen);
    } else {
      const held = inner.flatMap(({ query, database, protocol }) =>
        protocol === 'supervised' ? [...query, ...database] : query,
      );
      expect(new Set(held).size).toBe(held.length);
      const readable = Array.from({ length: part.rows }, (_, row) => row).filter(
        (row) => labelOf(part, row) >= 0 || part.modalities.text!.labels.first(row) >= 0,
      );
      expect(flatten([held])).toEqual(readable);
    }
  });

  it('keep groups on one side', () => {
    if (!part.groups) return;
    for (const { train, pool, query, database, protocol } of inner) {
      const sides = [train, [...pool, ...(protocol === 'zero-shot' ? [] : database)], query];
      if (protocol === 'zero-shot') sides.push([...database]);
      const groups = sides.map((rows) => new Set(rows.map((row) => part.groups![row]!)));
      const different = supervised ? [groups[0]!, groups[2]!] : groups;
      const total = different.reduce((sum, { size }) => sum + size, 0);
      expect(new Set(different.flatMap((one) => [...one])).size).toBe(total);
    }
  });

  it('read no label that the outer split hides, and train on the rows without', () => {
    const readable = new Set(outer.labelled ?? outer.train);
    const hidden = outer.train.flatMap((row, i) => (readable.has(row) ? [] : [i]));
    outer.train.forEach((row, i) => {
      for (const name of ['image', 'text'] as const) {
        const space = outer.labelSpaces?.[name] ?? outer.seen;
        const own = labelOf(data, row);
        const expected = readable.has(row) && space.includes(own) ? own : -1;
        expect(part.modalities[name]!.labels.first(i)).toBe(expected);
      }
    });
    for (const split of inner) {
      for (const row of hidden) expect(split.train).toContain(row);
      if (hidden.length > 0) expect(split.labelled!.some((row) => hidden.includes(row))).toBe(false);
      else expect(split.labelled).toBeUndefined();
      if (!outer.labelSpaces) continue;
      const { image, text } = split.labelSpaces!;
      expect(flatten([image, text])).toEqual(split.seen);
    }
  });
});

describe('folds', () => {
  const data = made();

  it('are the same for a seed and others for another', () => {
    const outer = makeSplit(data, { protocol: 'zero-shot', unseen: 2 });
    expect(folds(data, outer).inner).toEqual(folds(data, outer).inner);
    const dealt = [1, 2, 3, 4].map((seed) =>
      String(folds(data, outer, seed).inner.map(({ unseen }) => unseen)),
    );
    expect(new Set(dealt).size).toBeGreaterThan(2);
  });

  it('leave a class that is too small to be held out in training', () => {
    const labels = [...Array.from({ length: 60 }, (_, i) => i % 6), 6, 6];
    const features = labels.map((label) => [label]);
    const small = datasetFromArrays({
      name: 'small',
      classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      modalities: { image: { features, labels } },
    });
    const outer = makeSplit(small, { protocol: 'zero-shot', unseen: ['a'] });
    const { inner } = folds(small, outer, 0, 2);
    for (const { seen, unseen } of inner) {
      expect(seen).toContain(6);
      expect(unseen).not.toContain(6);
    }
  });

  it('of rows are refused when no class has enough of them', () => {
    const grouped = made(true);
    const outer = makeSplit(grouped, { protocol: 'supervised' });
    expect(codeOf(() => folds(grouped, outer, 0, 3))).toBe('TUNE_FOLDS');
    expect(folds(grouped, outer, 0, 2).inner).toHaveLength(2);
  });

  it('of classes are refused when there are too few, or none would remain', () => {
    const outer = makeSplit(data, { protocol: 'zero-shot', unseen: 6 });
    expect(codeOf(() => folds(data, outer, 0, 4))).toBe('TUNE_FOLDS');
    expect(codeOf(() => folds(data, outer, 0, 2))).toBe('TUNE_FOLDS');
    expect(folds(data, outer, 0, 3).inner).toHaveLength(3);
  });
});
