/** Searching: by text, picture, code or item, and the page of hits that comes back. */
import { z } from 'zod';
import {
  base64Picture,
  count,
  filter,
  hexCode,
  itemId,
  MAX_K,
  MAX_OFFSET,
  MAX_TEXT,
  modality,
  payload,
} from './fields.ts';

const settings = {
  modality: modality
    .optional()
    .meta({ description: 'Whose codes are compared; without it an item counts with its nearest' }),
  k: z.number().int().min(1).max(MAX_K).default(10).meta({ description: 'Most hits' }),
  radius: z.number().int().min(0).max(4096).optional().meta({ description: 'Largest distance in bits' }),
  filter: filter.optional(),
  offset: z.number().int().min(0).max(MAX_OFFSET).default(0).meta({ description: 'Hits to pass over' }),
  codes: z.boolean().default(false).meta({ description: 'Give the code of every hit' }),
  partial: z.boolean().default(false).meta({
    description: 'Of a collection over several servers: what those find that answer, instead of an error',
  }),
};

const SOURCES = ['text', 'code', 'item', 'image'] as const;

export const searchBody = z
  .strictObject({
    text: z.string().min(1).max(MAX_TEXT).optional(),
    code: hexCode.optional(),
    item: itemId.optional().meta({ description: 'Search with the code of this item: "more like this"' }),
    image: base64Picture.optional(),
    ...settings,
  })
  .refine((body) => SOURCES.filter((source) => body[source] !== undefined).length === 1, {
    error: `must have exactly one of ${SOURCES.join(', ')}`,
  })
  .meta({ oneOf: SOURCES.map((source) => ({ required: [source] })) });

/** Query parameters are texts. */
const number = <T extends z.ZodType<number, number>>(schema: T) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(schema);

const flag = z.enum(['true', 'false']);

/** The same settings beside a body that is a picture. */
export const searchQuery = z.strictObject({
  modality: settings.modality,
  k: number(z.number().int().min(1).max(MAX_K)).optional(),
  radius: number(z.number().int().min(0).max(4096)).optional(),
  filter: z.string().max(65_536).optional().meta({ description: 'A filter as JSON' }),
  offset: number(z.number().int().min(0).max(MAX_OFFSET)).optional(),
  codes: flag.optional(),
  partial: flag.optional(),
});

export const hit = z.object({
  id: itemId,
  distance: count.meta({ description: 'Hamming distance in bits' }),
  modality: modality.meta({ description: 'Whose code is that near' }),
  payload,
  picture: z.boolean().meta({ description: 'Whether the item has a picture to show' }),
  code: hexCode.optional(),
});
export type Hit = z.infer<typeof hit>;

export const searchAnswer = z.object({
  query: z.object({
    code: hexCode,
    from: z.enum(SOURCES),
    unknownWords: z
      .array(z.string())
      .optional()
      .meta({ description: 'Words of the text that the model does not know; only where it reads words' }),
  }),
  hits: z.array(hit).meta({ description: 'By (distance, id); exact, never padded' }),
  more: z.boolean().meta({ description: 'Whether hits follow behind these' }),
  version: count.meta({
    description: 'Of the state that was searched: pages belong together while it is the same',
  }),
  missing: z
    .array(z.string())
    .optional()
    .meta({ description: 'Servers that did not answer, where a part was asked for' }),
  milliseconds: z.number().min(0).meta({ description: 'Encoding and search, without waiting' }),
});
export type SearchAnswer = z.infer<typeof searchAnswer>;
