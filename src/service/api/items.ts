/** Items: one by one, as a stream of lines, as pictures of a form. */
import { z } from 'zod';
import { base64Picture, count, hexCode, itemId, MAX_DELETE, payload, text } from './fields.ts';
import { itemProblem } from './problem.ts';

const codes = z.strictObject({ image: hexCode.optional(), text: hexCode.optional() });

const content = {
  text: text.optional().meta({ description: 'Encoded here; several texts count as one document' }),
  image: base64Picture.optional(),
  codes: codes
    .optional()
    .meta({ description: 'Ready codes, of the model of the collection; they stand for text and image' }),
  payload: payload.optional(),
};

const hasContent = (item: Partial<Record<'text' | 'image' | 'codes', unknown>>): boolean =>
  item.text !== undefined || item.image !== undefined || item.codes !== undefined;
const CONTENT_MISSING = { error: 'must have one of text, image, codes' };
const NEEDS_CONTENT = { anyOf: ['text', 'image', 'codes'].map((field) => ({ required: [field] })) };

export const itemBody = z.strictObject(content).refine(hasContent, CONTENT_MISSING).meta(NEEDS_CONTENT);

export const item = z.object({
  id: itemId,
  codes,
  payload,
  picture: z.boolean().meta({ description: 'Whether the item has a picture to show' }),
});

/** A line of a stream. */
export const itemLine = z
  .strictObject({ id: itemId, ...content })
  .refine(hasContent, CONTENT_MISSING)
  .meta(NEEDS_CONTENT);
export type ItemLine = z.output<typeof itemLine>;

const status = z.enum(['added', 'unchanged', 'duplicate', 'failed']).meta({
  description:
    'added: new or replaced, and on the disk; unchanged: the same was there already; duplicate: the id came earlier in this request; failed: see error',
});

export const itemResult = z.object({
  line: z.number().int().min(1).meta({ description: 'Line of the request, from 1' }),
  id: z.string().meta({ description: 'Empty where the line could not be read' }),
  status,
  error: itemProblem.optional(),
});
export type ItemResult = z.infer<typeof itemResult>;

export const pictureResults = z.object({
  results: z.array(z.object({ id: z.string(), status, error: itemProblem.optional() })),
});
export type PictureResult = z.infer<typeof pictureResults>['results'][number];

/** Parts of the form; files of the field "picture" are taken as bytes. */
export const PICTURES_FORM = {
  type: 'object',
  properties: {
    picture: { type: 'array', items: { type: 'string', format: 'binary' } },
    payload: { type: 'string', description: 'JSON: the payload of every picture' },
  },
  required: ['picture'],
} as const;

export const deleteBody = z.strictObject({ ids: z.array(itemId).min(1).max(MAX_DELETE) });
export const deleted = z.object({ deleted: count.meta({ description: 'How many of them there were' }) });
