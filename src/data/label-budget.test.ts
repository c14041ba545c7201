import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { canonicalHash } from './canonical-hash.ts';
import { supervisedSplit, zeroShotSplit } from './make-split.ts';
import { loadSplit, saveSplit } from './split-file.ts';

const data = syntheticDataset({ text: 4 });
const labels = data.modalities.image!.labels;
const perClass = (rows: readonly number[]): number[] => {
  const counts = data.classes.map(() => 0);
  for (const row of rows) counts[labels.first(row)]!++;
  return counts.filter((count) => count > 0);
};

describe('a share of the labels', () => {
  it('is taken of every seen class, from its training rows, and changes no other list', () => {
    const whole = zeroShotSplit(data, { unseen: 3, seed: 4 });
    const tenth = zeroShotSplit(data, { unseen: 3, seed: 4, labelShare: 0.1 });
    expect(whole.labelled).toBeUndefined();
    expect(perClass(tenth.labelled!)).toEqual([3, 3, 3, 3, 3]);
    expect(tenth.labelled!.every((row) => tenth.train.includes(row))).toBe(true);
    expect({ ...tenth, labelled: undefined, hash: '' }).toEqual({ ...whole, labelled: undefined, hash: '' });
    expect(tenth.hash).not.toBe(whole.hash);
  });

  it('grows by rows, never by others: a tenth lies inside a fifth', () => {
    const [tenth, fifth] = [0.1, 0.2].map(
      (labelShare) => zeroShotSplit(data, { unseen: 3, seed: 4, labelShare }).labelled!,
    );
    expect(tenth!.every((row) => fifth!.includes(row))).toBe(true);
  });

  it('leaves every class at least one row, also in the supervised protocols', () => {
    for (const protocol of ['supervised', 'supervised/train=database'] as const) {
      const split = supervisedSplit(data, { protocol, labelShare: 0.001 });
      expect(perClass(split.labelled!)).toEqual(data.classes.map(() => 1));
      expect(split.labelled!.every((row) => split.train.includes(row))).toBe(true);
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('of %s is refused', (labelShare) => {
    expect(() => zeroShotSplit(data, { unseen: 3, labelShare })).toThrow(/labelShare/);
  });
});

describe('disjoint label spaces', () => {
  it('share the seen classes out between the modalities', () => {
    const split = zeroShotSplit(data, { unseen: 3, seed: 1, labelSpaces: 'disjoint' });
    const { image, text } = split.labelSpaces!;
    expect([...image, ...text].sort((a, b) => a - b)).toEqual(split.seen);
    expect(Math.abs(image.length - text.length)).toBeLessThanOrEqual(1);
    expect(() => zeroShotSplit(data, { unseen: 3, labelSpaces: 'some' as never })).toThrow(/labelSpaces/);
  });

  it('survive a file, and a file that lies about them is refused', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'unseen-budget-'));
    const file = path.join(folder, 'split.json');
    const split = zeroShotSplit(data, { unseen: 3, seed: 1, labelSpaces: 'disjoint', labelShare: 0.5 });
    await saveSplit(split, file);
    expect(await loadSplit(file, data)).toEqual(split);
    const { hash: _, ...body } = { ...split, labelled: [...split.labelled!, split.query.at(-1)!] };
    await writeFile(file, JSON.stringify({ ...body, hash: canonicalHash(body) }));
    await expect(loadSplit(file, data)).rejects.toMatchObject({ code: 'SPLIT_INVALID' });
    await rm(folder, { recursive: true });
  });
});
