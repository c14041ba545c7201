import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll, describe } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import {
  type Collection,
  createPostgresCollection,
  type Database,
  dropPostgresCollection,
  openPostgresCollection,
  pgliteDatabase,
} from '../index.ts';

let pglite: PGlite;
let database: Database;

beforeAll(async () => {
  pglite = await PGlite.create({ extensions: { vector } });
  database = pgliteDatabase(pglite);
}, 60_000);
afterAll(() => pglite?.close());

async function create(): Promise<Collection> {
  await dropPostgresCollection(database, 'things').catch(() => {});
  return createPostgresCollection(database, { name: 'things', bits: 16, model: MODEL });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(database, 'things');
}

describe('PGlite', () => collectionConformance({ create, reopen, histories: 8 }));
