/** `dataset.json`, format "unseen-dataset/1": what may stand in it, checked before any file that it names is opened. */
import path from 'node:path';
import { z } from 'zod';
import { UnseenError } from '../errors.ts';
import { readJson } from './files.ts';

export const DATASET_FORMAT = 'unseen-dataset/1';
/** Room for a million class names; a larger file is something else. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

const place = z.string().min(1).max(1024);
/** One path or several whose contents are concatenated in order. */
const places = z.union([place.transform((one) => [one]), z.array(place).min(1).max(10_000)]);
const count = z.int().min(0);
const range = z.tuple([count, count]);

const modality = z
  .strictObject({
    features: places.optional(),
    images: places.optional(),
    texts: places.optional(),
    /** int32 `[rows]`: the item that a row shows, −1 for none. */
    places: place.optional(),
    labels: places.optional(),
    /** The label space, by names; label files then count in this list. */
    classes: z.array(z.string().min(1).max(1000)).min(1).optional(),
    extractor: z.string().min(1).max(200).optional(),
    /** The network behind `extractor`. */
    backbone: z.strictObject({ onnx: place, config: place }).optional(),
  })
  .refine((value) => value.features || value.images || value.texts, {
    message: 'needs features, images or texts',
  });

const schema = z.strictObject({
  format: z.literal(DATASET_FORMAT),
  name: z.string().min(1).max(200),
  rows: count.min(1),
  /** Whether every row has every modality. A fact stated twice: it must agree with the modalities' `places`. */
  paired: z.boolean().optional(),
  classes: z.array(z.string().min(1).max(1000)).min(1),
  classEmbeddings: z.record(z.string().min(1).max(200), place).optional(),
  parts: z.strictObject({ train: range, test: range }).optional(),
  /** By name, the unseen classes of a split that came with the data. */
  splits: z
    .record(
      z.string().min(1).max(200),
      z.strictObject({ unseen: z.array(z.string().min(1).max(1000)).min(1) }),
    )
    .optional(),
  groups: place.optional(),
  names: place.optional(),
  /** One word a line, and their vectors `[words, d]` in the same order. */
  wordVectors: z.strictObject({ words: place, vectors: place }).optional(),
  /** Source, licence, citation … for people; never read. */
  about: z.unknown().optional(),
  modalities: z
    .strictObject({ image: modality.optional(), text: modality.optional() })
    .refine((value) => value.image || value.text, { message: 'needs an image or a text modality' })
    .refine((value) => !value.text?.backbone, {
      message: 'is for pictures only',
      path: ['text', 'backbone'],
    }),
});

export type DatasetJson = z.output<typeof schema>;
export type ModalityJson = z.output<typeof modality>;

const valueAt = (root: unknown, keys: readonly PropertyKey[]): unknown =>
  keys.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null)?.[key], root);

/** Reads and validates `dataset.json`; `FILE_MALFORMED` names the field and the value received. */
export async function readDatasetJson(folder: string): Promise<DatasetJson> {
  const file = path.join(folder, 'dataset.json');
  const value = await readJson(file, MAX_JSON_BYTES);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new UnseenError('FILE_MALFORMED', {
    file,
    where: issue.path.length === 0 ? 'top level' : issue.path.join('.'),
    reason: issue.message,
    received: valueAt(value, issue.path) ?? 'nothing',
  });
}
