import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { UnseenError } from '../errors.ts';
import { type DatasetParts, datasetFromArrays } from './build-dataset.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { Dataset } from './dataset.ts';
import { type AnySplitOptions, makeSplit, supervisedSplit, zeroShotSplit } from './make-split.ts';
import { PROTOCOLS, type Split } from './split.ts';
import { loadSplit, saveSplit } from './split-file.ts';
import { classesOfRow } from './split-rows.ts';

const CLASSES = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

/** Rows without values: a split looks at labels, groups and parts only. */
function dataset(
  labels: readonly number[] | readonly (readonly number[])[],
  more: Partial<DatasetParts> = {},
): Dataset {
  const features = Array.from({ length: labels.length }, () => [1]);
  return datasetFromArrays({
    name: 'animals',
    classes: CLASSES,
    modalities: { image: { features, labels } },
    ...more,
  });
}

/** `count` rows of each of the six classes, class by class. */
const even = (count: number, more: Partial<DatasetParts> = {}) =>
  dataset(
    Array.from({ length: 6 * count }, (_, row) => Math.floor(row / count)),
    more,
  );

const withParts = even(10, { parts: { train: [0, 40], test: [40, 60] } });

/** Ten train and four test rows of every class. */
const parted = dataset(
  [...Array.from({ length: 60 }, (_, i) => i % 6), ...Array.from({ length: 24 }, (_, i) => i % 6)],
  {
    parts: { train: [0, 60], test: [60, 84] },
  },
);

const countByClass = (data: Dataset, rows: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const row of rows)
    for (const label of classesOfRow(data, row)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
};

const expectCode = (attempt: () => unknown, code: string, values: object = {}) => {
  try {
    attempt();
  } catch (error) {
    expect(error).toBeInstanceOf(UnseenError);
    expect(error).toMatchObject({ code, values });
    return;
  }
  throw new Error(`${code} expected`);
};

describe('zero-shot', () => {
  it('without parts: seen rows train; of each unseen class a quarter is asked and the rest is halved', () => {
    const data = even(20);
    const split = zeroShotSplit(data, { unseen: ['bee', 'eel'], seed: 3 });
    expect(split.seen).toEqual([0, 2, 3, 5]);
    expect(split.unseen).toEqual([1, 4]);
    expect(split.train).toEqual(
      Array.from({ length: 120 }, (_, i) => i).filter((i) => ![1, 4].includes(Math.floor(i / 20))),
    );
    expect(countByClass(data, split.query)).toEqual(
      new Map([
        [1, 5],
        [4, 5],
      ]),
    );
    expect(countByClass(data, split.pool)).toEqual(
      new Map([
        [1, 7],
        [4, 7],
      ]),
    );
    expect(countByClass(data, split.database)).toEqual(
      new Map([
        [1, 8],
        [4, 8],
      ]),
    );
    const half = zeroShotSplit(data, { unseen: [1], seed: 3, queryShare: 0.5 });
    expect(half.query.length).toBe(10);
  });

  it('with parts: the test rows of unseen classes are asked, everything else comes from train', () => {
    const split = zeroShotSplit(parted, { unseen: ['cat'], seed: 0 });
    expect(split.query).toEqual([62, 68, 74, 80]);
    expect(split.train).toEqual(Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 6 !== 2));
    expect(split.pool.length).toBe(5);
    expect(split.database.length).toBe(5);
    expect([...split.pool, ...split.database].every((row) => row < 60 && row % 6 === 2)).toBe(true);
  });

  it('pool=database: the pool is the database, and the queries are the same', () => {
    const options = { unseen: ['cat', 'dog'], seed: 5 };
    const usual = zeroShotSplit(parted, { ...options, protocol: 'zero-shot/pool=database' });
    const strict = zeroShotSplit(parted, options);
    expect(usual.pool).toEqual(usual.database);
    expect(usual.query).toEqual(strict.query);
    expect(usual.pool).toEqual([...strict.pool, ...strict.database].sort((a, b) => a - b));
  });

  it('a share draws the classes that its number would, of those that have rows', () => {
    const labels = Array.from({ length: 50 }, (_, row) => row % 5); // "fox" has none
    const data = dataset(labels);
    expect(zeroShotSplit(data, { unseen: { share: 0.4 } })).toEqual(zeroShotSplit(data, { unseen: 2 }));
    expect(zeroShotSplit(data, { unseen: { share: 0.01 } }).unseen).toHaveLength(1);
  });

  it('the same seed gives the same split, another seed other classes and other halves', () => {
    const data = even(20);
    const splits = Array.from({ length: 20 }, (_, seed) => zeroShotSplit(data, { unseen: 2, seed }));
    expect(zeroShotSplit(data, { unseen: 2, seed: 7 })).toEqual(splits[7]);
    expect(new Set(splits.map((split) => String(split.unseen))).size).toBeGreaterThan(5);
    const named = Array.from({ length: 5 }, (_, seed) => zeroShotSplit(data, { unseen: ['ant'], seed }));
    expect(new Set(named.map((split) => split.hash)).size).toBe(5);
    expect(new Set(named.map((split) => String(split.pool))).size).toBe(5);
  });

  it('a class’s rows are dealt the same way whatever other classes are unseen', () => {
    const data = even(20);
    const alone = zeroShotSplit(data, { unseen: ['bee'], seed: 1 });
    const both = zeroShotSplit(data, { unseen: ['bee', 'fox'], seed: 1 });
    expect(both.query.filter((row) => row < 40)).toEqual(alone.query);
  });

  it('every class is drawn about equally often', () => {
    const data = even(4);
    const drawn = new Array<number>(6).fill(0);
    for (let seed = 0; seed < 600; seed++)
      for (const label of zeroShotSplit(data, { unseen: 2, seed }).unseen) drawn[label]!++;
    for (const count of drawn) expect(Math.abs(count - 200)).toBeLessThan(60); // 5 standard deviations
  });

  it('unlabelled rows stay out of every set, unless they are asked into the pool', () => {
    const data = dataset([0, 0, 1, 1, 2, 2, 2, 2, -1, -1]);
    const split = zeroShotSplit(data, { unseen: ['cat'] });
    expect([split.train, split.pool, split.query, split.database].flat().includes(8)).toBe(false);
    const open = zeroShotSplit(data, { unseen: ['cat'], unlabelledToPool: true });
    expect(open.pool.slice(-2)).toEqual([8, 9]);
    expect(open.database).toEqual(split.database);
  });

  it('an unseen class known by name only trains on the unlabelled pool', () => {
    const data = dataset([0, 0, 1, 1, -1, -1]);
    const split = zeroShotSplit(data, { unseen: ['fox'], unlabelledToPool: true });
    expect(split).toMatchObject({ seen: [0, 1], unseen: [5], pool: [4, 5], query: [], database: [] });
    expectCode(() => zeroShotSplit(data, { unseen: ['fox'] }), 'SPLIT_CLASS_TOO_SMALL', { name: 'fox' });
    expectCode(
      () => zeroShotSplit(dataset([0, 0, 1, 1]), { unseen: ['fox'], unlabelledToPool: true }),
      'SPLIT_POOL_EMPTY',
    );
  });

  it('a row with a seen and an unseen class is unseen', () => {
    const data = dataset([[0], [1], [0, 2], [2], [2], [1, 2]]);
    const split = zeroShotSplit(data, { unseen: ['cat'] });
    expect(split.train).toEqual([0, 1]);
    expect([split.query, split.pool, split.database].flat().sort()).toEqual([2, 3, 4, 5]);
  });

  it('a draw passes over classes that are too small, and says so when too few are left', () => {
    const data = dataset([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 4]);
    for (let seed = 0; seed < 30; seed++) {
      for (const label of zeroShotSplit(data, { unseen: 2, seed }).unseen) expect(label).toBeLessThan(3);
    }
    expectCode(() => zeroShotSplit(data, { unseen: 4 }), 'SPLIT_UNSEEN_COUNT', { received: 4, possible: 3 });
  });

  it('classes and groups of hundreds of thousands of rows are dealt too', () => {
    const labels = Array.from({ length: 420_000 }, (_, row) => (row < 400_000 ? 0 : 1 + (row % 2)));
    const groups = labels.map((_, row) => (row < 180_000 ? 0 : row));
    const split = zeroShotSplit(dataset(labels, { groups }), { unseen: ['ant'] });
    expect(split.query.length + split.pool.length + split.database.length).toBe(400_000);
  });

  it.each<[string, Dataset, Parameters<typeof zeroShotSplit>[1], string]>([
    ['no unseen class', even(5), { unseen: 0 }, 'ARGUMENT_INVALID'],
    ['an empty list', even(5), { unseen: [] }, 'ARGUMENT_INVALID'],
    ['half a class', even(5), { unseen: 1.5 }, 'ARGUMENT_INVALID'],
    ['a share of all classes', even(5), { unseen: { share: 1 } }, 'ARGUMENT_INVALID'],
    ['a share that leaves one', even(5), { unseen: { share: 0.8 } }, 'SPLIT_UNSEEN_COUNT'],
    ['a class that does not exist', even(5), { unseen: ['unicorn'] }, 'CLASS_UNKNOWN'],
    ['an index that does not exist', even(5), { unseen: [6] }, 'CLASS_UNKNOWN'],
    ['fewer than two seen classes, drawn', even(5), { unseen: 5 }, 'SPLIT_UNSEEN_COUNT'],
    ['fewer than two seen classes, named', even(5), { unseen: [0, 1, 2, 3, 4] }, 'SPLIT_UNSEEN_COUNT'],
    [
      'an unseen class of two rows',
      dataset([0, 0, 1, 1, 2, 2]),
      { unseen: ['cat'] },
      'SPLIT_CLASS_TOO_SMALL',
    ],
    ['an unseen class without test rows', withParts, { unseen: ['ant'] }, 'SPLIT_CLASS_TOO_SMALL'],
    ['an unseen class without train rows', withParts, { unseen: ['eel'] }, 'SPLIT_CLASS_TOO_SMALL'],
    ['a share of nothing', even(5), { unseen: 1, queryShare: 0 }, 'ARGUMENT_INVALID'],
    ['a share where the parts decide', parted, { unseen: 1, queryShare: 0.3 }, 'ARGUMENT_INVALID'],
    ['a fractional seed', even(5), { unseen: 1, seed: 0.5 }, 'ARGUMENT_INVALID'],
  ])('%s is refused', (_, data, options, code) => {
    expectCode(() => zeroShotSplit(data, options), code);
  });
});

describe('supervised', () => {
  it('every class is seen; train and database are halves of what is not asked', () => {
    const data = even(20);
    const split = supervisedSplit(data, { seed: 2 });
    expect(split).toMatchObject({ seen: [0, 1, 2, 3, 4, 5], unseen: [], pool: [] });
    for (const [list, each] of [
      ['query', 5],
      ['train', 7],
      ['database', 8],
    ] as const)
      expect([...countByClass(data, split[list]).values()]).toEqual(new Array(6).fill(each));
    const same = supervisedSplit(data, { seed: 2, protocol: 'supervised/train=database' });
    expect(same.train).toEqual(same.database);
    expect(same.query).toEqual(split.query);
  });

  it('with parts the test rows are asked', () => {
    expect(supervisedSplit(parted).query).toEqual(Array.from({ length: 24 }, (_, i) => 60 + i));
  });

  it('refuses classes that are too small, a single class, and options of other protocols', () => {
    expectCode(() => supervisedSplit(dataset([0, 0, 0, 1, 1])), 'SPLIT_CLASS_TOO_SMALL', {
      name: 'bee',
      received: 2,
      needed: 3,
    });
    expectCode(() => supervisedSplit(dataset([0, 0, 0])), 'SPLIT_UNSEEN_COUNT');
    expectCode(() => makeSplit(even(5), { protocol: 'supervised', unseen: 1 }), 'ARGUMENT_INVALID', {
      name: 'unseen',
    });
    expectCode(
      () => makeSplit(even(5), { protocol: 'supervised', unlabelledToPool: true }),
      'ARGUMENT_INVALID',
    );
    expectCode(() => makeSplit(even(5), { protocol: 'zero-shot' }), 'ARGUMENT_INVALID', { name: 'unseen' });
    expectCode(
      () => zeroShotSplit(even(5), { unseen: 1, protocol: 'supervised' as 'zero-shot' }),
      'ARGUMENT_INVALID',
    );
    expectCode(() => supervisedSplit(even(5), { protocol: 'zero-shot' as 'supervised' }), 'ARGUMENT_INVALID');
    expectCode(() => makeSplit(even(5), { protocol: 'zeroshot' as 'zero-shot' }), 'ARGUMENT_INVALID', {
      name: 'protocol',
    });
  });
});

/** Any dataset: several labels or none a row, groups that mix classes, parts. */
const anyDataset = fc
  .record({
    labels: fc.array(fc.uniqueArray(fc.nat(5), { maxLength: 2 }), { minLength: 30, maxLength: 120 }),
    groupCount: fc.nat(150),
    groupSeed: fc.array(fc.nat(1000), { minLength: 120, maxLength: 120 }),
    cut: fc.option(fc.double({ min: 0.3, max: 0.8, noNaN: true })),
  })
  .map(({ labels, groupCount, groupSeed, cut }) => {
    const at = cut === null ? 0 : Math.floor(cut * labels.length);
    return dataset(labels, {
      ...(groupCount > 20 && { groups: labels.map((_, row) => groupSeed[row]! % groupCount) }),
      ...(at > 0 && { parts: { train: [0, at], test: [at, labels.length] } }),
    });
  });

describe('whatever the dataset', () => {
  const sides = (split: Split): (readonly number[])[] => {
    if (split.protocol === 'zero-shot/pool=database') return [split.train, split.pool, split.query];
    if (split.protocol === 'supervised/train=database') return [split.train, split.query];
    return [split.train, split.pool, split.query, split.database];
  };

  it('no group is on two sides, nothing unseen trains, only the test part is asked, and the file verifies', async () => {
    const folder = await temporaryFolder();
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        anyDataset,
        fc.constantFrom(...PROTOCOLS),
        fc.nat(50),
        fc.boolean(),
        async (data, protocol, seed, fill) => {
          const zeroShot = protocol.startsWith('zero-shot');
          let split: Split;
          try {
            split = makeSplit(data, {
              protocol,
              seed,
              ...(zeroShot && { unseen: 1 + (seed % 3), unlabelledToPool: fill }),
            });
          } catch (error) {
            expect(error).toBeInstanceOf(UnseenError);
            expect((error as UnseenError).code).toMatch(/^SPLIT_/);
            return;
          }
          made++;
          const unseen = new Set(split.unseen);
          const isUnseen = (row: number) => classesOfRow(data, row).some((label) => unseen.has(label));
          const unitOf = (row: number) => data.groups?.[row] ?? row;
          const units = sides(split).map((rows) => new Set(rows.map(unitOf)));
          const all = units.flatMap((side) => [...side]);
          expect(new Set(all).size).toBe(all.length);
          expect(split.train.every((row) => classesOfRow(data, row).length > 0 && !isUnseen(row))).toBe(true);
          expect(
            split.train.every((row) => classesOfRow(data, row).some((label) => split.seen.includes(label))),
          ).toBe(true);
          if (zeroShot) expect([...split.query, ...split.database].every(isUnseen)).toBe(true);
          if (data.parts) {
            expect(split.query.every((row) => row >= data.parts!.test[0])).toBe(true);
            expect(
              [split.train, split.pool, split.database].flat().every((row) => row < data.parts!.train[1]),
            ).toBe(true);
          }
          const file = path.join(folder, 'split.json');
          await saveSplit(split, file);
          expect(await loadSplit(file, data)).toEqual(split);
        },
      ),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(100);
  });
});

describe('a split file', () => {
  const data = even(20);
  const options: AnySplitOptions = { protocol: 'zero-shot', unseen: 2, seed: 0 };
  const split = makeSplit(data, options);

  const load = async (changes: object, against?: Dataset) => {
    const file = path.join(await temporaryFolder(), 'split.json');
    await writeFile(file, JSON.stringify({ ...split, ...changes }));
    return loadSplit(file, against);
  };
  /** As a careful forger would: with the right hash. */
  const forge = async (changes: object, against?: Dataset) => {
    const { hash: _, ...body } = { ...split, ...changes };
    return load({ ...changes, hash: canonicalHash(body) }, against);
  };

  it('does not depend on the order or spacing of its fields', async () => {
    const file = path.join(await temporaryFolder(), 'split.json');
    await saveSplit(split, file);
    const fields = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify(Object.fromEntries(Object.entries(fields).reverse()), null, 3));
    expect(await loadSplit(file, data)).toEqual(split);
  });

  it('that was changed is refused with both hashes', async () => {
    for (const changes of [
      { seed: 1 },
      { train: split.train.slice(1) },
      { query: [...split.query, 119] },
      { hash: '0'.repeat(64) },
    ])
      await expect(load(changes)).rejects.toMatchObject({ code: 'SPLIT_HASH_MISMATCH' });
  });

  it('of another dataset is refused with both names', async () => {
    const other = even(20, { name: 'plants' });
    await expect(load({}, other)).rejects.toMatchObject({
      code: 'SPLIT_OTHER_DATASET',
      values: { expected: 'animals', received: 'plants' },
    });
  });

  it.each<[string, object]>([
    ['another format', { format: 'unseen-split/2' }],
    ['an unknown protocol', { protocol: 'easy' }],
    ['a row that is no number', { train: ['0'] }],
    ['a negative row', { train: [-1] }],
    ['a field too many', { extra: 1 }],
  ])('with %s is refused', async (_, changes) => {
    await expect(load(changes)).rejects.toMatchObject({ code: 'SPLIT_INVALID' });
  });

  it.each<[string, object]>([
    ['rows out of order', { train: [...split.train].reverse() }],
    ['a row twice', { pool: [split.pool[0], split.pool[0]] }],
    ['queries in the database', { database: split.query }],
    ['queries in the pool', { pool: split.query }],
    ['pool in the database', { database: split.pool }],
    ['a class seen and unseen', { seen: split.unseen }],
    ['a row beyond the dataset', { train: [...split.train, 120] }],
    ['a class beyond the dataset', { unseen: [...split.unseen, 6] }],
    ['an unseen class in train', { train: split.pool, pool: [] }],
    ['a pool in a supervised protocol', { protocol: 'supervised' }],
    ['a database outside the pool where both are one', { protocol: 'zero-shot/pool=database' }],
    [
      'a database that is not train where both are one',
      { protocol: 'supervised/train=database', pool: [], unseen: [] },
    ],
  ])('forged with %s is refused although its hash is right', async (_, changes) => {
    await expect(forge(changes, data)).rejects.toMatchObject({ code: 'SPLIT_INVALID' });
  });

  it('a known split never changes: figures of different versions can be compared', () => {
    expect(split.unseen).toEqual([4, 5]);
    expect(split.hash).toBe('62f2c06f2cc3c29c436439415bdb9e217b1f3fd1ab51c7e7a030b8dd5d957ca7');
  });
});
