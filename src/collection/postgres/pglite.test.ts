import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import { docExamples, spy } from '../../../test/doc-examples.ts';
import { filters, payloads } from '../../../test/filters.ts';
import { hammingDistance } from '../../codes/index.ts';
import type { ErrorCode } from '../../errors.ts';
import { Random } from '../../random.ts';
import {
  type Collection,
  createPostgresCollection,
  type Database,
  dropPostgresCollection,
  listPostgresCollections,
  matches,
  type NewItem,
  openPostgresCollection,
  type Payload,
  pgliteDatabase,
} from '../index.ts';
import type { Value } from './database.ts';
import { filterSql } from './filter-sql.ts';
import { bitCount } from './questions.ts';
import { bitText, bytesOfBits } from './rows.ts';
import { sortId } from './sort-id.ts';
import { findVector, isGoodVersion } from './vector.ts';

vi.setConfig({ testTimeout: 240_000 }); // WebAssembly on a machine that has other work

const M = { model: MODEL };
const failing = (code: ErrorCode) => expect.objectContaining({ code });

let pglite: PGlite;
let database: Database;

beforeAll(async () => {
  pglite = await PGlite.create({ extensions: { vector } });
  await pglite.query('CREATE EXTENSION vector');
  database = pgliteDatabase(pglite);
}, 120_000); // it sets up a cluster in WebAssembly
afterAll(() => pglite?.close());

async function create(): Promise<Collection> {
  await dropPostgresCollection(database, 'things').catch(() => {});
  return createPostgresCollection(database, { name: 'things', bits: 16, model: MODEL });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(database, 'things');
}

describe('PGlite with pgvector', () => collectionConformance({ create, reopen, histories: 6 }));

describe('a filter in SQL', () => {
  it('takes the payloads that it takes in memory', async () => {
    const kept: Payload[] = fc.sample(payloads, { numRuns: 150, seed: 1 });
    const rows = JSON.stringify(kept);
    let [taken, left] = [0, 0];
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const values: Value[] = [rows];
        const condition = filterSql(filter, (value) => `$${values.push(value)}`);
        const found = await database.query<{ n: number }>(
          `SELECT n::integer AS n FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS p(payload, n)
            WHERE ${condition} ORDER BY n`,
          values,
        );
        const expected = kept.flatMap((payload, i) => (matches(filter, payload) ? [i + 1] : []));
        expect(found.map(({ n }) => n)).toEqual(expected);
        taken += expected.length;
        left += kept.length - expected.length;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(taken, left)).toBeGreaterThan(5_000);
  });
});

describe('distances', () => {
  it('by bit_count and by pgvector are the Hamming distance, for codes of 8 to 4096 bits', async () => {
    const { vector: found } = await findVector(database);
    for (const bits of [8, 16, 64, 136, 1024, 4096]) {
      const codes = fc.sample(fc.uint8Array({ minLength: bits / 8, maxLength: bits / 8 }), {
        numRuns: 20,
        seed: bits,
      });
      for (const [i, one] of codes.entries()) {
        const other = codes[(i + 1) % codes.length]!;
        expect(bytesOfBits(bitText(one))).toEqual(one);
        const measured = [bitCount, found!.distance].map((sql) =>
          sql(`$1::bit(${bits})`, `$2::bit(${bits})`),
        );
        const [row] = await database.query(
          `SELECT ${measured[0]}::integer AS a, ${measured[1]}::integer AS b`,
          [bitText(one), bitText(other)],
        );
        const distance = hammingDistance(one, other);
        expect(row).toEqual({ a: distance, b: distance });
      }
    }
  });
});

describe('the order of ids', () => {
  /** Both sides of every border. */
  const points = [
    0x20,
    0x41,
    0x7f + 0x22,
    0xd7ff,
    0xe000,
    0xfffd,
    0xffff,
    0x1_0000,
    0x1_f600,
    0x10_dfff,
    0x10_ffff,
  ];
  const texts = fc
    .array(fc.constantFrom(...points), { minLength: 1, maxLength: 4 })
    .map((list) => String.fromCodePoint(...list));
  const byPoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

  it('is that of UTF-16 units, and no two ids get the same sort id', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(byPoint(sortId(a), sortId(b)))).toBe(order);
      }),
      { numRuns: 20_000 },
    );
  });

  it('decides between equal distances, page by page', async () => {
    const one = await create();
    const ids = [...new Set(fc.sample(texts, { numRuns: 300, seed: 2 }))];
    await one.upsert(
      ids.map((id): NewItem => ({ id, codes: { image: Uint8Array.of(1, 2) } })),
      M,
    );
    const found: string[] = [];
    for (let offset = 0; offset < ids.length; offset += 50) {
      const { hits } = await one.search({ ...M, code: Uint8Array.of(1, 2), k: 50, offset });
      found.push(...hits.map(({ id }) => id));
    }
    expect(found).toEqual([...ids].sort());
    for (const id of ids.slice(0, 20)) expect((await one.get(id))!.id).toBe(id);
    await one.close();
  });
});

describe('graphs of pgvector', () => {
  /** Clusters, as trained codes have them. */
  const clustered = (count: number): NewItem[] => {
    const random = new Random(7);
    const centres = Array.from({ length: 20 }, () => Uint8Array.from({ length: 8 }, () => random.below(256)));
    return Array.from({ length: count }, (_, n) => {
      const image = Uint8Array.from(centres[n % 20]!);
      for (let flips = 0; flips < 6; flips++) image[random.below(8)]! ^= 1 << random.below(8);
      return { id: `i${n}`, codes: { image }, payload: { n, odd: n % 2 === 1 } };
    });
  };

  it('find most of the nearest, say how many, and give no short list', async () => {
    await dropPostgresCollection(database, 'graphs').catch(() => {});
    const options = { name: 'graphs', bits: 64, ...M, hnsw: { m: 16 }, search: { efSearch: 40 } } as const;
    const one = await createPostgresCollection(database, options);
    const items = clustered(1_500);
    await one.upsert(items, M);
    const queries = items.slice(0, 40).map(({ codes }) => ({ ...M, code: codes.image!, k: 10 }));
    const report = await one.measureRecall(queries);
    console.log(`hnsw: recall ${report.recall.toFixed(3)} of 10 nearest among 1,500, ef_search 40`);
    expect(report).toMatchObject({ queries: 40 });
    expect(report.recall).toBeGreaterThan(0.8);

    const exact = await openPostgresCollection(database, 'graphs');
    const code = items[3]!.codes.image!;
    for (const question of [
      { k: 1_200 },
      { k: 20, filter: { field: 'n', lt: 15 } },
      { k: 50, radius: 3 },
      { k: 5, modality: 'text' as const },
    ]) {
      const { hits } = await one.search({ ...M, code, ...question });
      expect(hits.length).toBe((await exact.search({ ...M, code, ...question })).hits.length);
      expect(hits).toEqual([...hits].sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1)));
    }
    await exact.close();
    await one.close();
  });

  it('are used when they are asked for, and by no exact search', async () => {
    // So sparse that they find little.
    const sparse = { name: 'sparse', bits: 64, ...M, hnsw: { m: 2, efConstruction: 4 } };
    const exact = await createPostgresCollection(database, sparse);
    const items = clustered(3_000);
    await exact.upsert(items, M);
    await exact.compact(); // and with what the server then knows of the table
    const near = await openPostgresCollection(database, 'sparse', { search: { efSearch: 1 } });
    const queries = items
      .slice(0, 30)
      .map(({ codes }) => ({ ...M, code: codes.image!, k: 3, modality: 'image' as const }));
    expect((await near.measureRecall(queries)).recall).toBeLessThan(1);
    for (const query of queries) {
      const expected = items
        .map(({ id, codes }) => ({ id, distance: hammingDistance(codes.image!, query.code) }))
        .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
        .slice(0, 3);
      expect((await exact.search(query)).hits.map(({ id, distance }) => ({ id, distance }))).toEqual(
        expected,
      );
    }
    await near.close();
    await exact.close();
    await dropPostgresCollection(database, 'sparse');
  });

  it('move with the collection to another model', async () => {
    const one = await openPostgresCollection(database, 'graphs', { search: { efSearch: 100 } });
    await one.reencode({
      fingerprint: 'b'.repeat(64),
      bits: 32,
      encode: async (items) => items.map(({ codes }) => ({ image: codes.image!.slice(0, 4) })),
    });
    const { rows } = await pglite.query(
      `SELECT 1 FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND schemaname = 'unseen'`,
    );
    expect(rows).toHaveLength(2);
    const { hits } = await one.search({ model: 'b'.repeat(64), code: new Uint8Array(4), k: 10 });
    expect(hits).toHaveLength(10);
    await one.close();
  });

  it('are not asked of a collection without', async () => {
    const one = await create();
    await one.close();
    await expect(openPostgresCollection(database, 'things', { search: { efSearch: 40 } })).rejects.toEqual(
      failing('ARGUMENT_INVALID'),
    );
    const again = await openPostgresCollection(database, 'things');
    await expect(again.measureRecall([])).rejects.toEqual(failing('ARGUMENT_INVALID'));
    await again.close();
  });

  it('need a pgvector that mends them', () => {
    const good = ['0.8.4', '0.8.10', '0.9.0', '1.0', '0.10'];
    const bad = ['0.8.3', '0.8', '0.7.4', '0.4.4'];
    expect([...good, ...bad].filter(isGoodVersion)).toEqual(good);
  });
});

describe('docs/postgres.md', () => {
  const { onPage, inTest } = docExamples('postgres.md', import.meta.filename);

  it.each(['graphs', 'pglite'])('has the example %s as it runs here', (name) => {
    expect(onPage(name)).toBe(inTest(name));
  });

  it('keeps graphs', async () => {
    const said = spy();
    const url = database;
    const model = MODEL;
    const code = new Uint8Array(8);
    // cut: graphs
    const owls = await createPostgresCollection(url, { name: 'owls', bits: 64, model, hnsw: { m: 16 } });
    await owls.upsert([{ id: 'a.jpg', codes: { image: code } }], { model });
    await owls.search({ model, code }); // exact, as always

    const near = await openPostgresCollection(url, 'owls', { search: { efSearch: 100 } });
    await near.search({ model, code }); // by the graphs
    const { recall } = await near.measureRecall([{ model, code, k: 10 }]);
    console.log(recall); // 1
    // end
    expect(said).toEqual([1]);
    await near.close();
    await owls.close();
    await dropPostgresCollection(database, 'owls');
  });

  it('works in the process', async () => {
    const said = spy();
    const PGlite = { create: async () => pglite }; // the one of this file: another would take seconds to begin
    const model = MODEL;
    // cut: pglite
    const memory = await PGlite.create();
    const mice = await createPostgresCollection(pgliteDatabase(memory), { name: 'mice', bits: 64, model });
    console.log(await mice.count()); // 0
    // end
    expect(said).toEqual([0]);
    await mice.close();
    await dropPostgresCollection(database, 'mice');
  });
});

describe('users of folders', () => {
  it('do not load the client of Postgres', () => {
    const room = path.join(import.meta.dirname, '..');
    const seen = new Set<string>();
    const packages = new Set<string>();
    const walk = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(file, 'utf8');
      for (const [, target] of text.matchAll(/^(?:import|export) (?!type)[^;]*?from '([^']+)';/gm)) {
        if (target!.startsWith('.')) walk(path.join(path.dirname(file), target!));
        else packages.add(target!);
      }
    };
    walk(path.join(room, 'index.ts'));
    expect(seen).toContain(path.join(room, 'postgres/lazy.ts'));
    expect(packages).toContain('lmdb');
    expect(packages).not.toContain('pg');
    walk(path.join(room, 'postgres/open.ts'));
    expect(packages).toContain('pg');
  });
});

describe('making and opening', () => {
  it('makes nothing where something is, opens nothing where nothing is, and lists what there is', async () => {
    const one = await create();
    const again = createPostgresCollection(database, { name: 'things', bits: 16, model: MODEL });
    await expect(again).rejects.toEqual(failing('COLLECTION_EXISTS'));
    await one.upsert([{ id: 'a', codes: { image: Uint8Array.of(1, 1) } }], M);
    const listed = await listPostgresCollections(database);
    expect(listed).toContainEqual({
      name: 'things',
      bits: 16,
      model: MODEL,
      items: 1,
      version: 1,
      shards: [],
    });
    await dropPostgresCollection(database, 'things');
    await expect(one.count()).rejects.toEqual(failing('COLLECTION_MISSING'));
    await expect(one.upsert([{ id: 'b', codes: { image: Uint8Array.of(1, 1) } }], M)).rejects.toEqual(
      failing('COLLECTION_MISSING'),
    );
    await expect(openPostgresCollection(database, 'things')).rejects.toEqual(failing('COLLECTION_MISSING'));
    await expect(dropPostgresCollection(database, 'things')).rejects.toEqual(failing('COLLECTION_MISSING'));
    await one.close();
  });

  it('refuses names, bits, models, schemas and settings that are none', async () => {
    const good = { name: 'never', bits: 16, model: MODEL };
    for (const wrong of [
      { name: '../a' },
      { bits: 12 },
      { model: 'x' },
      { schema: 'a; DROP' },
      { hnsw: { m: 1 } },
      { search: { efSearch: 0 } },
      { hnsw: {}, shards: ['postgres://localhost/a'] },
      { shards: ['http://localhost'] },
    ])
      await expect(
        createPostgresCollection(database, { ...good, ...wrong }),
        JSON.stringify(wrong),
      ).rejects.toEqual(failing('ARGUMENT_INVALID'));
    await expect(openPostgresCollection('mysql://root:secret@host/a', 'x')).rejects.toThrow(
      /received another form$/,
    );
    for (const wrong of [{ connections: 0 }, { connections: 1_001 }, { connectTimeout: 0 }])
      await expect(openPostgresCollection('postgres://localhost/a', 'x', wrong)).rejects.toEqual(
        failing('ARGUMENT_INVALID'),
      );
    const names = (await listPostgresCollections(database)).map(({ name }) => name);
    expect(names).not.toContain('never');
  });

  it('makes the tables once, whoever comes first, and refuses tables of a later version', async () => {
    const options = { schema: 'elsewhere' };
    expect(await listPostgresCollections(database, options)).toEqual([]);
    await expect(openPostgresCollection(database, 'things', options)).rejects.toEqual(
      failing('COLLECTION_MISSING'),
    );
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        createPostgresCollection(database, { name, bits: 16, model: MODEL, ...options }),
      ),
    );
    for (const one of made) await one.close();
    const { rows } = await pglite.query('SELECT version FROM elsewhere.migrations');
    expect(rows).toEqual([{ version: 1 }]);
    await pglite.query('INSERT INTO elsewhere.migrations (version) VALUES (99)');
    const refused = failing('COLLECTION_FORMAT_UNKNOWN');
    await expect(openPostgresCollection(database, 'a', options)).rejects.toEqual(refused);
    await expect(listPostgresCollections(database, options)).rejects.toEqual(refused);
    await expect(
      createPostgresCollection(database, { name: 'd', bits: 16, model: MODEL, ...options }),
    ).rejects.toEqual(refused);
    await pglite.query('DELETE FROM elsewhere.migrations WHERE version = 99');
    for (const name of ['a', 'b', 'c']) await dropPostgresCollection(database, name, options);
    const left = await pglite.query(
      `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = 'elsewhere' AND relkind IN ('r', 'v') ORDER BY 1`,
    );
    expect(left.rows).toEqual([{ relname: 'collections' }, { relname: 'migrations' }]);
  });
});
