/**
 * How fast collections in Postgres are on this machine: `UNSEEN_BENCH=1 npx vitest run bench/postgres`, with a million items by
 * default (UNSEEN_BENCH_ITEMS). Servers are real ones on loopback whose commits wait for the disk; graphs are measured in PGlite.
 */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { describe, it } from 'vitest';
import {
  type CollectionQuery,
  createPostgresCollection,
  type NewItem,
  openPostgresCollection,
  type PostgresCollection,
  pgliteDatabase,
} from '../src/collection/index.ts';
import { Random } from '../src/random.ts';
import { postgresMissing, startCluster } from '../test/postgres-clusters.ts';

const ITEMS = Number(process.env.UNSEEN_BENCH_ITEMS ?? 1_000_000);
const A_CALL = 100_000;
const GRAPH_ITEMS = 20_000;
const M = { model: 'e'.repeat(64) };

/** 64 bits around one of 200 centres, as trained codes lie. */
function itemsFrom(first: number, count: number): NewItem[] {
  const random = new Random(first);
  const centres = new Random(99);
  const around = Array.from({ length: 200 }, () => Uint8Array.from({ length: 8 }, () => centres.below(256)));
  return Array.from({ length: count }, (_, i) => {
    const n = first + i;
    const image = Uint8Array.from(around[n % 200]!);
    for (let flips = 0; flips < 8; flips++) image[random.below(8)]! ^= 1 << random.below(8);
    return {
      id: `pictures/${n}.jpg`,
      codes: { image },
      payload: { class: `c${n % 200}`, year: 2000 + (n % 25) },
    };
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function median(one: PostgresCollection, query: Partial<CollectionQuery>, times = 15): Promise<string> {
  const codes = itemsFrom(7, times).map(({ codes }) => codes.image!);
  const taken: number[] = [];
  for (const code of codes) taken.push(await timed(() => one.search({ ...M, code, k: 10, ...query })));
  return taken.sort((a, b) => a - b)[times >> 1]!.toFixed(1);
}

async function measure(name: string, one: PostgresCollection): Promise<void> {
  let spent = 0;
  for (let first = 0; first < ITEMS; first += A_CALL) {
    const items = itemsFrom(first, Math.min(A_CALL, ITEMS - first));
    spent += await timed(() => one.upsert(items, M));
  }
  await one.compact();
  const { bytes } = await one.stats();
  const image = { modality: 'image' } as const;
  const filter = { field: 'year', gte: 2020 } as const;
  console.log(
    `${name}: ${ITEMS} items, ${Math.round(ITEMS / (spent / 1000))} a second, ${(bytes.disk / 2 ** 20).toFixed(0)} MiB;`,
    `10 nearest, median ms: one modality ${await median(one, image)}, any ${await median(one, {})},`,
    `a filter ${await median(one, { ...image, filter })}`,
  );
}

describe.skipIf(!process.env.UNSEEN_BENCH)('speed', () => {
  it.skipIf(postgresMissing)('of one server and of three', { timeout: 3_600_000 }, async () => {
    const clusters = await Promise.all([1, 2, 3].map(() => startCluster({ durable: true })));
    const url = clusters[0]!.url;
    try {
      const one = await createPostgresCollection(url, { name: 'one', bits: 64, ...M });
      await measure('one server', one);
      await one.close();
      const shards = clusters.map((cluster) => cluster.url);
      const three = await createPostgresCollection(url, { name: 'three', bits: 64, ...M, shards });
      await measure('three servers', three);
      await three.close();
    } finally {
      for (const cluster of clusters) await cluster.remove();
    }
  });

  it('of graphs, and what they find', { timeout: 3_600_000 }, async () => {
    const pglite = await PGlite.create({ extensions: { vector } });
    const database = pgliteDatabase(pglite);
    const one = await createPostgresCollection(database, { name: 'graphs', bits: 64, ...M, hnsw: {} });
    const spent = await timed(() => one.upsert(itemsFrom(0, GRAPH_ITEMS), M));
    await one.compact();
    console.log(
      `graphs in PGlite: ${GRAPH_ITEMS} items, ${Math.round(GRAPH_ITEMS / (spent / 1000))} a second`,
    );
    const queries = itemsFrom(1_000_003, 100).map(({ codes }) => {
      return { ...M, code: codes.image!, k: 10, modality: 'image' as const };
    });
    for (const efSearch of [10, 40, 100, 400]) {
      const near = await openPostgresCollection(database, 'graphs', { search: { efSearch } });
      const { recall, milliseconds } = await near.measureRecall(queries);
      console.log(
        `ef_search ${efSearch}: recall ${recall.toFixed(3)},`,
        `${milliseconds.hnsw.toFixed(1)} ms (exact ${milliseconds.exact.toFixed(1)} ms)`,
      );
      await near.close();
    }
    await one.close();
    await pglite.close();
  });
});
