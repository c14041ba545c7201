import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { CodeStore, type FindPlan } from '../store.ts';
import { MihStore, type MihStoreOptions } from './store.ts';

type Shape = 'random' | 'clustered' | 'equal';

/** So many that buckets are long, lists are drained and searches come back for more. */
const ROWS = 40_000;

function makeCodes(random: Random, rows: number, bits: number, shape: Shape): Uint8Array {
  const width = bits / 8;
  const centres = Uint8Array.from({ length: 5 * width }, () => random.below(256));
  const packed = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    if (shape === 'random') {
      for (let i = 0; i < width; i++) packed[row * width + i] = random.below(256);
      continue;
    }
    const from = shape === 'equal' ? 0 : random.below(5) * width;
    packed.set(centres.subarray(from, from + width), row * width);
    if (shape === 'equal') continue;
    for (let flips = random.below(6); flips > 0; flips--) {
      packed[row * width + random.below(width)]! ^= 1 << random.below(8);
    }
  }
  return packed;
}

const plan = (k: number, limit: number, ties: boolean): FindPlan => ({
  k,
  limit,
  ties,
  threads: 1,
  pause: () => undefined,
});

/** Steers a search through the tables only, to the scan at once, or to the scan in the midst. */
const COSTS = { tables: { scan: 1e30 }, scan: { scan: 0 }, both: { scan: 20_000 } } as const;

/** Quicker than `toEqual`, for arrays of thousands. */
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

async function agree(mih: MihStore, linear: CodeStore, queries: Uint8Array[], random: Random): Promise<void> {
  const { bits } = mih;
  const n = linear.count;
  const questions = [
    plan(1, bits + 1, false),
    plan(10, bits + 1, false),
    plan(10, bits + 1, true),
    plan(1024, bits + 1, false),
    plan(1025, bits + 1, false),
    plan(n, 1 + (bits >> 2), false),
    plan(2 ** 32 - 1, 3 + random.below(4), false),
    plan(7, 1, true),
  ];
  for (const question of questions) {
    const [own, others] = await Promise.all([mih.find(queries, question), linear.find(queries, question)]);
    for (const [q, { rows, distances }] of others.found.entries()) {
      const note = `k=${question.k} limit=${question.limit} ties=${question.ties}`;
      expect(same(own.found[q]!.distances, distances) && same(own.found[q]!.rows, rows), note).toBe(true);
    }
  }
}

describe.each(Object.entries(COSTS))('by way of %s', (_, costs) => {
  it.each([
    [64, 'random', 4],
    [64, 'clustered', 3],
    [64, 'equal', 4],
    [24, 'random', 2],
    [104, 'clustered', 7],
    [128, 'clustered', 8],
    [256, 'clustered', 16],
    [320, 'clustered', 20],
  ] as const)('finds what a scan finds: %i bits, %s, %i substrings', async (bits, shape, substrings) => {
    const random = new Random(bits, shape);
    const packed = makeCodes(random, ROWS, bits, shape);
    const width = bits / 8;
    const mih = new MihStore(bits, { substrings, costs });
    const linear = new CodeStore(bits, {});
    // Sorted and in tables, then in the tail, with chains.
    const first = 30_000 * width;
    for (const store of [mih, linear]) {
      store.append(packed.subarray(0, first));
      store.append(packed.subarray(first, first + 1000 * width));
      store.append(packed.subarray(first + 1000 * width));
    }
    const queries = [packed.subarray(0, width), makeCodes(random, 1, bits, 'random')];
    await agree(mih, linear, queries, random);
    const live = Uint8Array.from({ length: ROWS / 8 }, () => random.below(256) & random.below(256));
    for (const store of [mih, linear]) store.setLive(live);
    await agree(mih, linear, queries, random);
    expect(mih.read(29_000, 31_500)).toEqual(packed.subarray(29_000 * width, 31_500 * width));
  });
});

describe('a store that grows', () => {
  const grow = (options: MihStoreOptions, pieces: readonly number[]): MihStore => {
    const random = new Random(3, 'grow');
    const store = new MihStore(64, options);
    for (const rows of pieces) store.append(makeCodes(random, rows, 64, 'clustered'));
    return store;
  };

  it('makes tables anew when it has grown by half, and finds the same', async () => {
    const pieces = [300, 500, 20_000, 5000, 30_000, 1, 0, 70_000];
    const store = grow({}, pieces);
    const linear = new CodeStore(64, {});
    linear.append(store.read(0, store.count));
    expect(store.count).toBe(125_801);
    const { layout } = store.shards[0]!.shard;
    expect(layout.tables.length).toBeGreaterThan(1);
    expect(layout.count + layout.tailCount).toBe(125_801);
    expect(layout.tailCount).toBeLessThanOrEqual(layout.count / 2);
    const random = new Random(4);
    await agree(store, linear, [store.read(70_000, 70_001), store.read(124_000, 124_001)], random);
  });

  it('waits with its tables until all rows that were announced are there', () => {
    const store = grow({ expected: 60_000 }, [20_000, 20_000, 19_999]);
    expect(store.shards[0]!.shard.substrings).toEqual([]);
    store.append(new Uint8Array(8));
    expect(store.shards[0]!.shard.layout.count).toBe(60_000);
  });

  it('on codes without structure, which tables do not help, makes none', () => {
    const random = new Random(5, 'plain');
    const store = new MihStore(256, {});
    store.append(makeCodes(random, 20_000, 256, 'random'));
    expect(store.shards[0]!.shard.substrings).toEqual([]);
    const clustered = new MihStore(256, {});
    clustered.append(makeCodes(random, 20_000, 256, 'clustered'));
    expect(clustered.shards[0]!.shard.substrings.length).toBeGreaterThan(1);
  });

  it('takes at most 3.5 times the bytes of the codes', () => {
    const random = new Random(6, 'bytes');
    for (const bits of [64, 128, 256]) {
      const packed = makeCodes(random, 200_000, bits, 'clustered');
      const store = new MihStore(bits, {});
      store.append(packed);
      expect(store.shards[0]!.shard.substrings.length).toBeGreaterThan(1);
      // What searches need besides does not grow with the rows.
      expect(store.bytes - 2 ** 20).toBeLessThan(3.5 * packed.length);
    }
  });
});

it('a search does little of what a scan would, and says so', async () => {
  const random = new Random(7, 'work');
  const packed = makeCodes(random, ROWS, 64, 'clustered');
  const store = new MihStore(64, {});
  store.append(packed);
  const { work } = await store.find([packed.subarray(0, 8)], plan(1, 65, false));
  expect(work.queriesScanned).toBe(0);
  expect(work.bucketsProbed).toBeGreaterThan(0);
  expect(work.codesCompared).toBeLessThan(ROWS / 4);
});
