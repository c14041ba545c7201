import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import { docExamples, spy } from '../../../test/doc-examples.ts';
import { type Cluster, postgresMissing, startCluster } from '../../../test/postgres-clusters.ts';
import { hammingDistance } from '../../codes/index.ts';
import type { ErrorCode } from '../../errors.ts';
import {
  type Collection,
  createPostgresCollection,
  dropPostgresCollection,
  type Item,
  type NewItem,
  openPostgresCollection,
  type PostgresCollection,
} from '../index.ts';
import type { Database } from './database.ts';
import { bitCount, searchStatement } from './questions.ts';
import { bitText } from './rows.ts';
import { partsOf } from './tables.ts';

vi.setConfig({ testTimeout: 240_000 }); // servers of a machine that has other work

const M = { model: MODEL };
const failing = (code: ErrorCode) => expect.objectContaining({ code });

/** The first is asked, and holds a third of the items as the others do. */
let clusters: Cluster[];

async function create(): Promise<PostgresCollection> {
  const [first] = clusters;
  await dropPostgresCollection(first!.url, 'things').catch(() => {});
  const shards = clusters.map(({ url }) => url);
  return createPostgresCollection(first!.url, { name: 'things', bits: 16, model: MODEL, shards });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(clusters[0]!.url, 'things');
}

const image = (n: number) => ({ image: Uint8Array.of(n, n >> 8) });
const itemsTo = (count: number, value = 0): NewItem[] =>
  Array.from({ length: count }, (_, n) => ({ id: `i${n}`, codes: image(n), payload: { n, value } }));

/** What the naive search gives. */
function nearest(items: readonly NewItem[], code: Uint8Array, k: number): string[] {
  return items
    .map(({ id, codes }) => ({ id, distance: hammingDistance(codes.image!, code) }))
    .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
    .slice(0, k)
    .map(({ id }) => id);
}

async function listed(collection: Collection): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of collection.items()) items.push(item);
  return items;
}

const recordOf = async () => {
  const [row] = await clusters[0]!.query(
    `SELECT number, name, token, generation, shards, bits, model FROM unseen.collections WHERE name = 'things'`,
  );
  return row as {
    number: number;
    name: string;
    token: string;
    generation: number;
    shards: string[];
    bits: number;
  };
};

/** The table on the shard itself. */
const shardTable = async (shard: number): Promise<string> => {
  const { token, generation } = await recordOf();
  return `unseen.shard_${token}_${generation}_${shard}`;
};

/** Ids of the items of each shard. */
async function idsByShard(): Promise<Set<string>[]> {
  return Promise.all(
    clusters.map(async (cluster, i) => {
      const rows = await cluster.query(`SELECT id FROM ${await shardTable(i)} WHERE died IS NULL`);
      return new Set(rows.map(({ id }) => id as string));
    }),
  );
}

/** Holds a shard's items so that whoever asks waits there; the work runs once somebody does. */
async function whileWaiting<T>(
  shard: number,
  begin: () => Promise<T>,
  work: () => Promise<void>,
): Promise<PromiseSettledResult<T>> {
  const cluster = clusters[shard]!;
  const table = await shardTable(shard);
  let asked: Promise<PromiseSettledResult<T>[]> | undefined;
  await cluster
    .session(async (locker) => {
      await locker.query('BEGIN');
      await locker.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      asked = Promise.allSettled([begin()]);
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()`;
      while ((await locker.query(waiting)).rows.length === 0);
      await work();
    })
    .catch((error) => {
      if (!asked) throw error; // else the server was killed, and this session with it
    });
  return (await asked!)[0]!;
}

describe.skipIf(postgresMissing)(`three servers${postgresMissing ? `: ${postgresMissing}` : ''}`, () => {
  beforeAll(async () => {
    // Kills are survived below: commits wait for the disk.
    clusters = await Promise.all([1, 2, 3].map(() => startCluster({ durable: true })));
  }, 180_000);
  afterAll(() => Promise.all(clusters.map((one) => one.remove())));

  collectionConformance({ create, reopen, histories: 3 });

  it('is used as docs/postgres.md shows', async () => {
    const { onPage, inTest } = docExamples('postgres.md', import.meta.filename);
    expect(onPage('shards')).toBe(inTest('shards'));
    const said = spy();
    const [first, second, third] = clusters.map(({ url }) => url) as [string, string, string];
    const model = MODEL;
    const code = new Uint8Array(8);
    // cut: shards
    const shards = [first, second, third];
    const herd = await createPostgresCollection(first, { name: 'herd', bits: 64, model, shards });
    await herd.upsert([{ id: 'cow.jpg', codes: { image: code } }], { model });
    const page = await herd.search({ model, code, partial: true });
    if (page.missing) console.log(`without the items of ${page.missing.join(' and ')}`);
    console.log(page.hits.length); // 1
    // end
    expect(said).toEqual([1]);
    await herd.close();
    await dropPostgresCollection(first, 'herd');
  });

  describe('a search over shards', () => {
    it('is done by all shards at the same time, and each gives its nearest only', async () => {
      const one = await create();
      const items = itemsTo(3_000);
      await one.upsert(items, M);
      const sizes = (await idsByShard()).map(({ size }) => size);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(3_000);
      expect(Math.min(...sizes)).toBeGreaterThan(800);
      const code = Uint8Array.of(7, 3);
      expect((await one.search({ ...M, code, k: 20, offset: 5 })).hits.map(({ id }) => id)).toEqual(
        nearest(items, code, 25).slice(5),
      );

      const row = {
        ...(await recordOf()),
        model: MODEL,
        version: 1,
        next: 0,
        items: 0,
        horizon: 0,
        hnsw: null,
      };
      const plan = { row, schema: '"unseen"', parts: partsOf('"unseen"', row), distance: bitCount };
      const question = {
        code: bitText(code),
        modalities: ['image'] as const,
        limit: 11,
        offset: 0,
        radius: 16,
      };
      const { text, values } = searchStatement({ ...plan, ...question, filter: { field: 'n', gte: 0 } });
      const explained = await clusters[0]!.session(async (client) => {
        await client.query('SET plan_cache_mode = force_custom_plan');
        return (await client.query(`EXPLAIN (ANALYZE, VERBOSE) ${text}`, [...values!])).rows;
      });
      const lines = explained.map((line) => String(line['QUERY PLAN']));
      const scans = lines.filter((line) => line.includes('Foreign Scan'));
      expect(scans).toHaveLength(3);
      for (const scan of scans) {
        expect(scan).toContain('Async Foreign Scan');
        expect(Number(/actual .* rows=(\d+)/.exec(scan)![1])).toBe(11);
      }
      const sent = lines.filter((line) => line.includes('Remote SQL'));
      for (const remote of sent) expect(remote).toMatch(/jsonb_path_exists.*ORDER BY bit_count.* LIMIT/);
      await one.close();
    });

    it('of which a server is killed gives an error that names it, or a part that says so; then all again', {
      timeout: 120_000,
    }, async () => {
      const one = await create();
      const items = itemsTo(600);
      await one.upsert(items, M);
      const code = Uint8Array.of(5, 0);
      const query = { ...M, code, k: 50 };
      const held = await idsByShard();
      const rest = items.filter(({ id }) => !held[1]!.has(id));
      const address = clusters[1]!.url.replace('postgres@', '');

      const whole = await whileWaiting(
        1,
        () => one.search(query),
        () => clusters[1]!.kill(),
      );
      expect(whole.status === 'rejected' && whole.reason).toMatchObject({
        code: 'COLLECTION_SHARD_MISSING',
        message: expect.stringContaining(`shard 1 (${address})`),
      });
      await clusters[1]!.start();
      expect((await one.search(query)).hits.map(({ id }) => id)).toEqual(nearest(items, code, 50));

      const part = await whileWaiting(
        1,
        () => one.search({ ...query, partial: true }),
        () => clusters[1]!.kill(),
      );
      const page = part.status === 'fulfilled' ? part.value : undefined;
      expect(page?.missing).toEqual([`shard 1 (${address})`]);
      expect(page?.hits.map(({ id }) => id)).toEqual(nearest(rest, code, 50));

      const calls = await Promise.allSettled([
        one.search(query),
        one.count({ filter: { field: 'n', gte: 0 } }),
        one.verify(),
        one.stats(),
        listed(one),
        one.upsert(itemsTo(30), M),
        one.delete(['i1', 'i2', 'i3', 'i4']),
        one.compact(),
      ]);
      const refused = { status: 'rejected', reason: failing('COLLECTION_SHARD_MISSING') };
      expect(calls).toEqual(calls.map(() => refused));
      await clusters[1]!.start();
      const again = await one.search({ ...query, partial: true });
      expect(again.missing).toBeUndefined();
      expect(again.hits.map(({ id }) => id)).toEqual(nearest(items, code, 50));
      expect((await one.verify()).problems).toEqual([]);
      await one.close();
    });
  });

  describe('a write over shards', () => {
    it('of which a server is killed keeps nothing; the same call again keeps all, once', {
      timeout: 120_000,
    }, async () => {
      const one = await create();
      await one.upsert(itemsTo(500), M);
      for (const shard of [2, 0]) {
        const old = await listed(one);
        const { version } = one;
        const call = (): Promise<void> => one.upsert(itemsTo(3_000, shard + 1), M);
        const killed = await whileWaiting(shard, call, () => clusters[shard]!.kill());
        expect(killed).toMatchObject({ status: 'rejected' });
        const { code } = (killed as PromiseRejectedResult).reason;
        // The first is the one that is asked: its shard may be missed a moment before it is gone itself.
        const told = ['COLLECTION_SHARD_MISSING', ...(shard === 0 ? ['COLLECTION_WRITE_FAILED'] : [])];
        expect(told).toContain(code);
        await clusters[shard]!.start();
        expect(await listed(one)).toEqual(old);
        await call();
        await call();
        expect(await one.count()).toBe(3_000);
        expect(one.version).toBe(version + 2);
        const items = await listed(one);
        expect(items.map(({ id }) => id)).toEqual(itemsTo(3_000).map(({ id }) => id));
        expect(new Set(items.map(({ payload }) => payload.value))).toEqual(new Set([shard + 1]));
        expect(await one.verify()).toMatchObject({ items: 3_000, problems: [] });
      }
      await one.close();
    });

    it.each([0, 1, 2])(
      'that shard %i refuses at its commit is seen by nobody, though others have committed',
      async (shard) => {
        const one = await create();
        await one.upsert(itemsTo(200), M);
        await one.delete(['i7']);
        const old = await listed(one);
        const query = { ...M, code: Uint8Array.of(1, 0), k: 300 };
        const before = await one.search(query);
        const table = await shardTable(shard);
        await clusters[shard]!.query(`
        CREATE OR REPLACE FUNCTION unseen.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
        CREATE CONSTRAINT TRIGGER refusing AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION unseen.refuse()`);
        const call = one.upsert([...itemsTo(300, 9)], M);
        await expect(call).rejects.toMatchObject({
          code: 'COLLECTION_WRITE_FAILED',
          message: expect.stringMatching(/nothing of the call was kept: .*the disk is full/),
        });
        const left = await Promise.all(
          clusters.map(async (cluster, i) => {
            const [row] = await cluster.query(
              `SELECT count(*)::integer AS n FROM ${await shardTable(i)} WHERE payload->>'value' = '9'`,
            );
            return row!.n as number;
          }),
        );
        leftovers += left.reduce((sum, n) => sum + n);
        await expect(one.delete(['i1', 'i2', 'i3', 'i4', 'i5', 'i6'])).rejects.toEqual(
          failing('COLLECTION_WRITE_FAILED'),
        );
        expect(await one.search(query)).toEqual(before);
        expect(await listed(one)).toEqual(old);
        expect(await one.get('i250')).toBeUndefined();
        expect(await one.count({ filter: { field: 'value', eq: 9 } })).toBe(0);
        expect((await one.verify()).problems).toEqual([]);

        await clusters[shard]!.query(`DROP TRIGGER refusing ON ${table}`);
        await one.upsert([{ id: 'next', codes: image(1) }], M); // removes what was left
        expect(new Set((await listed(one)).map(({ id }) => id))).toEqual(
          new Set([...old.map(({ id }) => id), 'next']),
        );
        await one.compact();
        const kept = await Promise.all(
          clusters.map(
            async (cluster, i) => (await cluster.query(`SELECT 1 FROM ${await shardTable(i)}`)).length,
          ),
        );
        expect(kept.reduce((sum, n) => sum + n)).toBe(200);
        await one.close();
      },
    );
    /** Rows that a shard had committed before another refused. */
    let leftovers = 0;
    it('and such rows were there', () => expect(leftovers).toBeGreaterThan(0));

    it('waits for one that was thought dead, and removes it though it commits late', async () => {
      const one = await create();
      await one.upsert(itemsTo(60), M);
      const { token } = await recordOf();
      const table = await shardTable(1);
      let next: Promise<void> | undefined;
      await clusters[1]!.session(async (late) => {
        // As a write whose own server has died just before its commit arrives here.
        await late.query('BEGIN');
        await late.query(`UPDATE unseen.shard_${token}_place_1 SET attempt = attempt + 1`);
        await late.query(`UPDATE ${table} SET died = 2`);
        await late.query(
          `INSERT INTO ${table} (id, sort_id, position, image_code, payload) VALUES ('late', 'late', 60, B'${'01'.repeat(8)}', '{}')`,
        );
        next = one.upsert([{ id: 'next', codes: image(1) }], M);
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()`;
        while ((await late.query(waiting)).rows.length === 0);
        await late.query('COMMIT');
      });
      await next;
      const ids = (await listed(one)).map(({ id }) => id);
      expect(ids).toEqual([...itemsTo(60).map(({ id }) => id), 'next']);
      expect(
        await clusters[1]!.query(`SELECT id FROM ${table} WHERE id = 'late' OR died IS NOT NULL`),
      ).toEqual([]);
      await one.close();
    });

    it('is seen whole or not at all by those who read meanwhile, also while it is compacted', {
      timeout: 120_000,
    }, async () => {
      const one = await create();
      const reader = await openPostgresCollection(clusters[0]!.url, 'things');
      await one.upsert(itemsTo(120), M);
      let writing = true;
      const work = (async () => {
        for (let value = 1; value <= 25; value++) {
          await one.upsert(itemsTo(120, value), M);
          if (value % 3 === 0) await one.compact();
        }
      })().finally(() => {
        writing = false;
      });
      const versions = new Set<number>();
      let changed = 0;
      while (writing) {
        const { hits, version } = await reader.search({ ...M, code: Uint8Array.of(0, 0), k: 200 });
        expect(hits).toHaveLength(120);
        expect(new Set(hits.map(({ payload }) => payload.value))).toEqual(new Set([version - 1]));
        versions.add(version);
        try {
          const items = await listed(reader);
          expect(items).toHaveLength(120);
          expect(new Set(items.map(({ payload }) => payload.value)).size).toBe(1);
        } catch (error) {
          expect(error).toEqual(failing('INDEX_CHANGED'));
          changed++;
        }
      }
      await work;
      expect(versions.size).toBeGreaterThan(3);
      expect(changed).toBeLessThan(25);
      await reader.close();
      await one.close();
    });
  });

  it('is no empty list when all of it was replaced and compacted after the listing knew its state', async () => {
    const one = await create();
    const reader = await openPostgresCollection(clusters[0]!.url, 'things');
    await one.upsert(itemsTo(30), M);
    const { database } = (reader as unknown as { readonly parts: { readonly database: Database } }).parts;
    const stream = database.stream.bind(database);
    database.stream = (plan, rows) =>
      stream(async (connection) => {
        const statement = await plan(connection);
        await one.upsert(itemsTo(30, 1), M);
        await one.compact();
        return statement;
      }, rows);
    await expect(listed(reader)).rejects.toEqual(failing('INDEX_CHANGED'));
    database.stream = stream;
    expect(await listed(reader)).toHaveLength(30);
    await reader.close();
    await one.close();
  });

  it('leaves nothing on any server when it is dropped', async () => {
    const one = await create();
    await one.upsert(itemsTo(10), M);
    await one.close();
    await dropPostgresCollection(clusters[0]!.url, 'things');
    for (const cluster of clusters) {
      const left = await cluster.query(
        `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'unseen'
          AND relkind IN ('r', 'v', 'f', 'p') AND relname NOT IN ('collections', 'migrations')`,
      );
      expect(left).toEqual([]);
    }
    expect(await clusters[0]!.query('SELECT srvname FROM pg_foreign_server')).toEqual([]);
  });
});
