/** Models that are loaded, and moving a collection to another of them. */
import { reencodeWith } from '../../ingest/index.ts';
import { checkAllowed } from '../auth/tokens.ts';
import { modelInfo } from '../model-info.ts';
import type { Handlers } from './handler.ts';

export const modelHandlers = {
  async listModels({ catalog }) {
    return { models: catalog.models().map(modelInfo) };
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
