/** Collections: what there is, made, removed, compacted, verified. */

import { MODALITIES } from '../../collection/index.ts';
import type { ModalityName } from '../../data/index.ts';
import type { CollectionDetail, CollectionInfo } from '../api/collections.ts';
import { checkAllowed } from '../auth/tokens.ts';
import type { Catalog, Served } from '../catalog.ts';
import type { Handlers } from './handler.ts';

async function detailOf(catalog: Catalog, { collection, backend }: Served): Promise<CollectionDetail> {
  const { items, dead, version, codes, bytes } = await collection.stats();
  const { name, bits, model } = collection;
  const known: readonly ModalityName[] | undefined = catalog.findModel(model)?.modalities;
  const modalities = [...(known ?? MODALITIES.filter((modality) => codes[modality] > 0))];
  return { name, bits, model, items, modalities, version, backend, stats: { dead, codes, bytes } };
}

async function infoOf(catalog: Catalog, served: Served): Promise<CollectionInfo> {
  const { stats: _, ...info } = await detailOf(catalog, served);
  return info;
}

export const collectionHandlers = {
  async listCollections({ catalog, report }, { identity }) {
    const seen = catalog
      .list()
      .filter(({ collection }) => identity.collections?.has(collection.name) ?? true)
      .sort((a, b) => (a.collection.name < b.collection.name ? -1 : 1));
    return { collections: await Promise.all(seen.map((served) => infoOf(catalog, served))), report };
  },

  async createCollection({ catalog }, { body, identity }) {
    checkAllowed(identity, 'admin', body.name);
    return detailOf(catalog, await catalog.create(body.name, body.model));
  },

  async getCollection({ catalog }, { params }) {
    return detailOf(catalog, catalog.get(params.name));
  },

  async deleteCollection({ catalog, jobs }, { params }) {
    jobs.checkIdle(params.name);
    await catalog.remove(params.name);
    return undefined;
  },

  async compact({ catalog }, { params }) {
    const served = catalog.get(params.name);
    await served.collection.compact();
    return detailOf(catalog, served);
  },

  async verify({ catalog }, { params }) {
    const { items, codeBytes, problems } = await catalog.get(params.name).collection.verify();
    return { items, codeBytes, problems: [...problems] };
  },
} satisfies Handlers<
  'listCollections' | 'createCollection' | 'getCollection' | 'deleteCollection' | 'compact' | 'verify'
>;
