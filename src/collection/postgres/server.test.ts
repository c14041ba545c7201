import { afterAll, beforeAll, describe } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import { type Cluster, postgresMissing, startCluster } from '../../../test/postgres-clusters.ts';
import {
  type Collection,
  createPostgresCollection,
  dropPostgresCollection,
  openPostgresCollection,
} from '../index.ts';

let cluster: Cluster;

async function create(): Promise<Collection> {
  await dropPostgresCollection(cluster.url, 'things').catch(() => {});
  return createPostgresCollection(cluster.url, { name: 'things', bits: 16, model: MODEL });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(cluster.url, 'things');
}

describe.skipIf(postgresMissing)(`Postgres${postgresMissing ? `: ${postgresMissing}` : ''}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster.remove());
  collectionConformance({ create, reopen });
});
