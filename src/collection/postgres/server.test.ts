import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import { docExamples, spy } from '../../../test/doc-examples.ts';
import { type Cluster, postgresMissing, startCluster } from '../../../test/postgres-clusters.ts';
import { type ErrorCode, UnseenError } from '../../errors.ts';
import {
  type Collection,
  createPostgresCollection,
  dropPostgresCollection,
  type Item,
  listPostgresCollections,
  type NewItem,
  openPostgresCollection,
  type PostgresCollection,
} from '../index.ts';

vi.setConfig({ testTimeout: 240_000 }); // a server of a machine that has other work

const M = { model: MODEL };
const OTHER = 'b'.repeat(64);
const image = (a: number, b = 0) => ({ image: Uint8Array.of(a, b) });
const failing = (code: ErrorCode) => expect.objectContaining({ code });

let cluster: Cluster;

async function create(): Promise<PostgresCollection> {
  await dropPostgresCollection(cluster.url, 'things').catch(() => {});
  return createPostgresCollection(cluster.url, { name: 'things', bits: 16, model: MODEL });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(cluster.url, 'things');
}

const tableOf = async (): Promise<string> => {
  const [row] = await cluster.query(`SELECT token, generation FROM unseen.collections WHERE name = 'things'`);
  return `unseen.items_${row!.token}_${row!.generation}`;
};

async function itemsOf(collection: Collection): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of collection.items()) items.push(item);
  return items;
}

describe.skipIf(postgresMissing)(`Postgres${postgresMissing ? `: ${postgresMissing}` : ''}`, () => {
  beforeAll(async () => {
    // Kills are survived below: commits wait for the disk.
    cluster = await startCluster({ durable: true });
  }, 120_000);
  afterAll(() => cluster.remove());

  collectionConformance({ create, reopen, histories: 10 });

  it('is used as docs/postgres.md shows', async () => {
    const { onPage, inTest } = docExamples('postgres.md', import.meta.filename);
    expect(onPage('use')).toBe(inTest('use'));
    const said = spy();
    await dropPostgresCollection(cluster.url, 'things').catch(() => {});
    const url = cluster.url;
    const model = MODEL;
    const [owl, tit] = [new Uint8Array(8), new Uint8Array(8).fill(1)];
    // cut: use
    const birds = await createPostgresCollection(url, { name: 'birds', bits: 64, model });
    await birds.upsert(
      [
        { id: 'owl.jpg', codes: { image: owl }, payload: { year: 2021 } },
        { id: 'tit.jpg', codes: { image: tit }, payload: { year: 2024 } },
      ],
      { model },
    );
    const { hits } = await birds.search({ model, code: owl, filter: { field: 'year', gte: 2022 } });
    console.log(hits.map(({ id }) => id)); // [ 'tit.jpg' ]
    await birds.close();

    for (const { name, items } of await listPostgresCollections(url)) console.log(name, items); // birds 2
    const again = await openPostgresCollection(url, 'birds');
    // end
    expect(said).toEqual([['tit.jpg'], 'birds', 2]);
    await again.close();
    await dropPostgresCollection(url, 'birds');
  });

  describe('items', () => {
    it('come back as they were, few by few and copied in thousands', async () => {
      const one = await create();
      const texts = [
        'a\tb',
        'a\nb',
        '\\N',
        '\\',
        '"',
        "'",
        '{',
        '}',
        ',',
        'NULL',
        '\u{1f600}\ufffd',
        '\u2028',
        '$1',
        '%s',
      ];
      const make = (prefix: string, count: number): NewItem[] =>
        Array.from({ length: count }, (_, n) => ({
          id: `${prefix}${n} ${texts[n % texts.length]!.replace(/[\t\n]/g, '\\t')}`,
          codes: n % 3 === 0 ? { text: Uint8Array.of(n, 1) } : image(n, n >> 8),
          payload: {
            n,
            text: texts[n % texts.length]!,
            nested: { [texts[n % texts.length]!]: [1e-7, 1e21, -0.1, null] },
          },
        }));
      const [few, many] = [make('few', 60), make('many', 3_000)];
      await one.upsert(few, M);
      await one.upsert(many, M);
      expect(await itemsOf(one)).toEqual([...few, ...many]);
      await one.close();
    });

    it('written twice by the same call are there once, and no row is written anew', async () => {
      const one = await create();
      const items = Array.from(
        { length: 800 },
        (_, n): NewItem => ({ id: `i${n}`, codes: image(n), payload: { n } }),
      );
      await one.upsert(items, M);
      const table = await tableOf();
      const places = () => cluster.query(`SELECT id, ctid::text FROM ${table} ORDER BY id`);
      const before = await places();
      await one.upsert(items, M);
      await one.upsert(items.slice(0, 10), M);
      expect(await places()).toEqual(before);
      await one.upsert([{ ...items[5]!, payload: { n: -5 } }], M);
      expect((await itemsOf(one)).at(-1)).toEqual({ ...items[5]!, payload: { n: -5 } });
      expect(one.version).toBe(4);
      await one.close();
    });
  });

  describe('many writers', () => {
    it('lose nothing of each other, and versions count their commits', async () => {
      const one = await create();
      const others = await Promise.all([1, 2, 3].map(() => openPostgresCollection(cluster.url, 'things')));
      const writers = [one, ...others];
      await Promise.all(
        writers.map(async (writer, w) => {
          for (let n = 0; n < 25; n++) {
            // The same ids in opposite orders, which would lock each other out.
            const ids = Array.from({ length: 8 }, (_, i) => `shared${w % 2 ? i : 7 - i}`);
            const shared = ids.map((id): NewItem => ({ id, codes: image(w), payload: { w, n } }));
            await writer.upsert([...shared, { id: `own${w}-${n}`, codes: image(n) }], M);
          }
        }),
      );
      expect(await one.count()).toBe(8 + 4 * 25);
      expect((await one.search({ ...M, code: Uint8Array.of(0, 0) })).version).toBe(100);
      const shared = (await itemsOf(one)).filter(({ id }) => id.startsWith('shared'));
      expect(new Set(shared.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
      expect((await one.verify()).problems).toEqual([]);
      for (const writer of writers) await writer.close();
    });

    it('and readers see calls whole', async () => {
      const one = await create();
      const reader = await openPostgresCollection(cluster.url, 'things');
      const write = (value: number): Promise<void> =>
        one.upsert(
          Array.from(
            { length: 100 },
            (_, n): NewItem => ({ id: `i${n}`, codes: image(value), payload: { value } }),
          ),
          M,
        );
      await write(0);
      let writing = true;
      const work = (async () => {
        for (let value = 1; value <= 40; value++) await write(value);
        writing = false;
      })();
      let versions = new Set<number>();
      while (writing) {
        const { hits, version } = await reader.search({ ...M, code: Uint8Array.of(0, 0), k: 200 });
        expect(hits).toHaveLength(100);
        expect(new Set(hits.map(({ payload }) => payload.value))).toEqual(new Set([version - 1]));
        versions = versions.add(version);
        const listed = await itemsOf(reader);
        expect(new Set(listed.map(({ payload }) => payload.value)).size).toBe(1);
        expect(listed).toHaveLength(100);
      }
      await work;
      expect(versions.size).toBeGreaterThan(1);
      await reader.close();
      await one.close();
    });

    it('refuse old codes once another process has moved the collection, and take new ones', async () => {
      const one = await create();
      const mover = await openPostgresCollection(cluster.url, 'things');
      await one.upsert([{ id: 'a', codes: image(1) }], M);
      await mover.reencode({
        fingerprint: OTHER,
        bits: 8,
        encode: async (items) => items.map(() => ({ text: Uint8Array.of(7) })),
      });
      expect(one.model).toBe(MODEL); // it was not told
      const calls = [
        one.upsert([{ id: 'b', codes: image(1) }], M),
        one.delete(['a']),
        one.upsert([{ id: 'c', codes: image(1) }], M),
      ];
      const answers = await Promise.allSettled(calls);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
      expect(answers[0]).toMatchObject({ reason: failing('COLLECTION_OTHER_MODEL') });
      await one.upsert([{ id: 'b', codes: { image: Uint8Array.of(3) } }], { model: OTHER });
      expect(one).toMatchObject({ model: OTHER, bits: 8 });
      expect((await mover.search({ model: OTHER, code: Uint8Array.of(3) })).hits.map(({ id }) => id)).toEqual(
        ['b'],
      );
      await mover.close();
      await one.close();
    });

    it('re-encode one after the other; the slower is told', async () => {
      const one = await create();
      await one.upsert([{ id: 'a', codes: image(1) }], M);
      const other = await openPostgresCollection(cluster.url, 'things');
      const fast = {
        fingerprint: OTHER,
        bits: 16,
        encode: async (items: readonly Item[]) => items.map(({ codes }) => codes),
      };
      const slow = {
        ...fast,
        fingerprint: 'c'.repeat(64),
        encode: async (items: readonly Item[]) => {
          await other.reencode(fast);
          return items.map(({ codes }) => codes);
        },
      };
      await expect(one.reencode(slow)).rejects.toBeInstanceOf(UnseenError);
      expect(
        await openPostgresCollection(cluster.url, 'things').then(
          async (now) => [now.model, await now.close()][0],
        ),
      ).toBe(OTHER);
      await other.close();
      await one.close();
    });
  });

  describe('a reader', () => {
    it('lists its state to the end while the collection is re-encoded and compacted', async () => {
      const one = await create();
      const items = Array.from(
        { length: 2_500 },
        (_, n): NewItem => ({ id: `i${n}`, codes: image(n), payload: { n } }),
      );
      await one.upsert(items, M);
      const seen: Item[] = [];
      for await (const item of one.items()) {
        if (seen.length === 0) {
          await one.delete(['i2499']);
          await one.reencode({
            fingerprint: OTHER,
            bits: 16,
            encode: async (some) => some.map(() => image(1)),
          });
          await one.compact();
        }
        seen.push(item);
      }
      expect(seen).toEqual(items);
      await one.compact(); // now nobody reads the old table
      const tables = await cluster.query(
        `SELECT relname FROM pg_class WHERE relname ~ '^items_.*_1$' AND relkind = 'r'`,
      );
      expect(tables).toHaveLength(0);
      await one.close();
    });

    it('is stopped on the server when its signal says so', async () => {
      const one = await create();
      await one.upsert([{ id: 'a', codes: image(1) }], M);
      const table = await tableOf();
      const control = new AbortController();
      await cluster.session(async (locker) => {
        await locker.query('BEGIN');
        await locker.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
        const search = one.search({ ...M, code: Uint8Array.of(1, 1), signal: control.signal });
        const waiting = () =>
          cluster.query(
            `SELECT FROM pg_stat_activity WHERE application_name = 'unseen' AND wait_event_type = 'Lock'`,
          );
        while ((await waiting()).length === 0);
        control.abort();
        await expect(search).rejects.toEqual(failing('ABORTED'));
        while ((await waiting()).length > 0);
      });
      const late = one.search({ ...M, code: Uint8Array.of(1, 1), signal: control.signal });
      await expect(late).rejects.toEqual(failing('ABORTED'));
      await one.close();
    });
  });

  describe('verify', () => {
    it('names items, pictures and counts that are not as they were written', async () => {
      const one = await create();
      const picture = {
        type: 'image/png',
        bytes: new Uint8Array(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
      } as const;
      await one.upsert(
        [
          { id: 'a', codes: image(1), picture },
          { id: 'b', codes: image(2) },
        ],
        M,
      );
      expect(await one.verify()).toEqual({ items: 2, codeBytes: 4, problems: [] });
      const table = await tableOf();
      await cluster.query(`ALTER TABLE ${table} ALTER checksum DROP EXPRESSION`); // so that a change is one of the disk
      await cluster.query(`UPDATE ${table} SET image_code = B'1111000011110000' WHERE id = 'b'`);
      expect((await one.verify()).problems).toEqual([
        expect.stringContaining('1 items are not as they were written, the first is "b"'),
      ]);
      await cluster.query(`DELETE FROM ${table} WHERE id = 'b'`);
      expect((await one.verify()).problems).toEqual([expect.stringContaining('2 items stated, 1 found')]);
      const pictures = table.replace('items', 'pictures').replace(/_1$/, '');
      await cluster.query(`UPDATE ${pictures} SET bytes = 'x'`);
      expect((await one.verify()).problems[1]).toContain('1 pictures are not what their hash says');
      await cluster.query(`DELETE FROM ${pictures}`);
      expect((await one.verify()).problems[1]).toContain('1 pictures of items are not there');
      await one.close();
    });

    it('and compacting gives back pictures of none, and rows', async () => {
      const one = await create();
      const picture = (n: number) =>
        ({
          type: 'image/png',
          bytes: new Uint8Array(Buffer.from(`\x89PNG\r\n\x1a\n${n}`, 'latin1')),
        }) as const;
      const items = [1, 2, 3].map((n): NewItem => ({ id: `i${n}`, codes: image(n), picture: picture(n) }));
      await one.upsert(items, M);
      await one.delete(['i1', 'i2']);
      await one.compact();
      const pictures = (await tableOf()).replace('items', 'pictures').replace(/_1$/, '');
      expect(await cluster.query(`SELECT sha256 FROM ${pictures}`)).toHaveLength(1);
      const stats = await one.stats();
      expect(stats).toMatchObject({ items: 1, codes: { image: 1, text: 0 }, version: 2 });
      expect(stats.bytes.disk).toBeGreaterThan(8_192);
      await one.close();
    });
  });

  describe('a server', () => {
    it('without pgvector keeps no graphs, and says so', async () => {
      const call = createPostgresCollection(cluster.url, {
        name: 'graphs',
        bits: 16,
        model: MODEL,
        hnsw: {},
      });
      await expect(call).rejects.toMatchObject({
        code: 'POSTGRES_UNSUITABLE',
        message: /hnsw needs pgvector 0\.8\.4 or newer/,
      });
    });

    it('whose database is not in UTF8 is refused', async () => {
      await cluster.query(
        `CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      );
      const url = cluster.url.replace(/postgres$/, 'latin');
      await expect(createPostgresCollection(url, { name: 'a', bits: 16, model: MODEL })).rejects.toEqual(
        failing('POSTGRES_UNSUITABLE'),
      );
    });

    it('that does not answer is named, and its password is not', async () => {
      const call = openPostgresCollection('postgres://someone:secret@127.0.0.1:1/things', 'things');
      const error = await call.catch((cause) => cause);
      expect(error).toEqual(failing('POSTGRES_UNREACHABLE'));
      expect(error.message).toContain('postgres://127.0.0.1:1/things');
      expect(JSON.stringify([error.message, error.hint, error.values])).not.toContain('secret');
    });

    it('that is killed while items are written loses none that were acknowledged, and none is there half', {
      timeout: 120_000,
    }, async () => {
      const one = await create();
      let acknowledged = 0;
      let open = 0;
      const call = (n: number): NewItem[] =>
        Array.from({ length: 40 }, (_, i) => ({ id: `${n}-${i}`, codes: image(n), payload: { n } }));
      for (let kill = 0; kill < 3; kill++) {
        const killed = new Promise<void>((resolve) => setTimeout(resolve, 150 + kill * 90)).then(() =>
          cluster.kill(),
        );
        for (;;) {
          open = acknowledged + 1;
          const failed = await one.upsert(call(open), M).then(
            () => undefined,
            (cause) => cause,
          );
          if (failed) {
            expect(failed).toEqual(failing('COLLECTION_WRITE_FAILED'));
            break;
          }
          acknowledged = open;
        }
        await killed;
        await cluster.start();
        const counts = new Map<number, number>();
        for (const { payload } of await itemsOf(one))
          counts.set(payload.n as number, (counts.get(payload.n as number) ?? 0) + 1);
        for (let n = 1; n <= acknowledged; n++) expect(counts.get(n), `call ${n}`).toBe(40);
        expect([undefined, 40]).toContain(counts.get(open));
        await one.upsert(call(open), M); // the same call again: there once
        acknowledged = open;
        expect(await one.count()).toBe(40 * acknowledged);
        expect((await one.verify()).problems).toEqual([]);
      }
      console.log(
        `3 kills of the server, ${acknowledged} calls of 40 items: 0 acknowledged items lost, 0 doubled`,
      );
      expect(acknowledged).toBeGreaterThan(3);
      await one.close();
    });
  });
});
