/** Collections, the models that made their codes, and jobs in the background. */
import { z } from 'zod';
import { collectionName, count, fingerprint, modality } from './fields.ts';
import { itemProblem } from './problem.ts';

export const collectionInfo = z.object({
  name: collectionName,
  bits: z.number().int().min(8).max(4096).meta({ description: 'Bits of a code' }),
  model: fingerprint,
  items: count,
  modalities: z
    .array(modality)
    .meta({ description: 'What its model encodes; what it has codes of, where the model is not here' }),
  version: count.meta({ description: 'Counts committed writes' }),
  backend: z.enum(['embedded', 'postgres']),
});
export type CollectionInfo = z.infer<typeof collectionInfo>;

export const collectionDetail = collectionInfo.extend({
  stats: z.object({
    dead: count.meta({ description: 'Items replaced or deleted whose space compact gives back' }),
    codes: z.object({ image: count, text: count }).meta({ description: 'Codes that can be found' }),
    bytes: z.object({ disk: count, memory: count }),
  }),
});
export type CollectionDetail = z.infer<typeof collectionDetail>;

export const collectionList = z.object({
  collections: z.array(collectionInfo),
  report: z.boolean().meta({ description: 'Whether there is an evaluation report at /report/' }),
});
export const newCollection = z.strictObject({ name: collectionName, model: fingerprint });

export const verifyReport = z.object({
  items: count,
  codeBytes: count.meta({ description: 'Bytes of codes whose checksum was compared' }),
  problems: z.array(z.string()).meta({ description: 'What is wrong and where; empty if all is well' }),
});

export const nextModel = z.strictObject({ model: fingerprint });
export const jobStarted = z.object({ job: z.string() });

export const job = z.object({
  id: z.string(),
  kind: z.enum(['reencode']),
  collection: collectionName,
  state: z.enum(['running', 'done', 'failed']),
  done: count.meta({ description: 'Items' }),
  total: count,
  error: itemProblem.optional(),
});
export type Job = z.infer<typeof job>;

export const modelInfo = z.object({
  fingerprint,
  method: z.string().meta({ example: 'czhash' }),
  bits: z.number().int(),
  modalities: z.array(modality),
  dataset: z.string().meta({ description: 'Name of the data set it was trained on' }),
  split: z.string().meta({ description: 'SHA-256 of the split' }),
  classes: z.object({
    seen: z.array(z.string()),
    unseen: z.array(z.string()).meta({ description: 'Classes without a label in training' }),
  }),
});
export type ModelInfo = z.infer<typeof modelInfo>;
export const modelList = z.object({ models: z.array(modelInfo) });
