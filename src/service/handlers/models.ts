/** Models that are loaded, and moving a collection to another of them. */
import { reencodeWith } from '../../ingest/index.ts';
import type { Model } from '../../model/index.ts';
import type { ModelInfo } from '../api/collections.ts';
import { checkAllowed } from '../auth/tokens.ts';
import type { Handlers } from './handler.ts';

function infoOf({ manifest, modalities }: Model): ModelInfo {
  const { fingerprint, method, bits, dataset, split, classes } = manifest;
  const named = (places: readonly number[]): string[] => places.map((place) => classes.names[place]!);
  return {
    fingerprint,
    method,
    bits,
    modalities,
    dataset: dataset.name,
    split: split.hash,
    classes: { seen: named(classes.seen), unseen: named(classes.unseen) },
  };
}

export const modelHandlers = {
  async listModels({ catalog }) {
    return { models: catalog.models().map(infoOf) };
  },

  async reencode({ catalog, jobs }, { params, body, reply }) {
    const { collection } = catalog.get(params.name);
    const { encoder } = catalog.model(body.model);
    const job = jobs.start('reencode', params.name, (tools) => reencodeWith(collection, encoder, tools));
    reply.header('location', `/v1/jobs/${job.id}`);
    return { job: job.id };
  },

  async getJob({ jobs }, { params, identity }) {
    const job = jobs.get(params.id);
    checkAllowed(identity, 'read', job.collection);
    return job;
  },
} satisfies Handlers<'listModels' | 'reencode' | 'getJob'>;
