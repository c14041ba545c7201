import { afterAll, beforeAll, describe } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import { type Cluster, postgresMissing, startCluster } from '../../../test/postgres-clusters.ts';
import {
  type Collection,
  createPostgresCollection,
  dropPostgresCollection,
  openPostgresCollection,
} from '../index.ts';

/** The first is asked, and holds a third of the items as the others do. */
let clusters: Cluster[];

async function create(): Promise<Collection> {
  const [first] = clusters;
  await dropPostgresCollection(first!.url, 'things').catch(() => {});
  const shards = clusters.map(({ url }) => url);
  return createPostgresCollection(first!.url, { name: 'things', bits: 16, model: MODEL, shards });
}

async function reopen(collection: Collection): Promise<Collection> {
  await collection.close();
  return openPostgresCollection(clusters[0]!.url, 'things');
}

describe.skipIf(postgresMissing)(`three servers${postgresMissing ? `: ${postgresMissing}` : ''}`, () => {
  beforeAll(async () => {
    clusters = await Promise.all([1, 2, 3].map(() => startCluster()));
  }, 120_000);
  afterAll(() => Promise.all(clusters.map((one) => one.remove())));
  collectionConformance({ create, reopen, histories: 8 });
});
