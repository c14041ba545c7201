/**
 * `unseen-export/1`: a collection in one file, JSON Lines under gzip. A header; a line an item, behind that of an item with a
 * picture a line with it in base64, a JSON text; at the end a trailer with the number of items and the SHA-256 of all
 * lines before it, so that a file that was cut or changed is told.
 */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { MAX_PICTURE_BYTES, PICTURE_TYPES } from '../contract.ts';
import { bitsSchema, modelSchema } from '../embedded/head.ts';

export const EXPORT_FORMAT = 'unseen-export/1';
/** Bytes of a line: room for id, codes and payload, and no more than may be parsed as JSON without care. */
export const MAX_LINE = 2 ** 20;
/** Bytes of a line that is a picture: 4 for 3, and the marks around. */
export const MAX_PICTURE_LINE = Math.ceil(MAX_PICTURE_BYTES / 3) * 4 + 2;
/** With it a picture's line begins, and no other. */
export const QUOTE = 0x22;

const headerSchema = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  name: z.string().min(1).max(64),
  bits: bitsSchema,
  /** Fingerprint of the model that made the codes. */
  model: modelSchema,
  items: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32),
});
export type ExportHeader = Readonly<z.infer<typeof headerSchema>>;

const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const itemSchema = z.strictObject({
  id: z.string(),
  codes: z.strictObject({ image: hex.optional(), text: hex.optional() }),
  /** `parsePayload` judges it. */
  payload: z.unknown(),
  /** Its bytes are the next line. */
  picture: z.strictObject({ type: z.enum(PICTURE_TYPES), sha256: hex }).optional(),
});
export type ExportedItem = Readonly<z.infer<typeof itemSchema>>;

const trailerSchema = z.strictObject({ end: z.literal(true), items: z.number(), sha256: hex });

export const damagedExport = (file: string, where: string, reason: string, cause?: unknown): UnseenError =>
  new UnseenError('EXPORT_DAMAGED', { file, where, reason }, { cause });

/** @throws `COLLECTION_FORMAT_UNKNOWN`, `EXPORT_DAMAGED` */
export function parseHeader(line: Buffer, file: string): ExportHeader {
  const value = parseJson(line, file, 'header');
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === 'string' && /^unseen-export\/\d+$/.test(format) && format !== EXPORT_FORMAT)
    throw new UnseenError('COLLECTION_FORMAT_UNKNOWN', { file, received: format, known: EXPORT_FORMAT });
  return checked(headerSchema, value, file, 'header');
}

/** @throws `EXPORT_DAMAGED` */
export const parseItem = (line: Buffer, file: string, where: string): ExportedItem =>
  checked(itemSchema, parseJson(line, file, where), file, where);

/** @throws `EXPORT_DAMAGED` */
export const parseTrailer = (
  line: Buffer,
  file: string,
): { readonly items: number; readonly sha256: string } =>
  checked(trailerSchema, parseJson(line, file, 'trailer'), file, 'trailer');

function parseJson(line: Buffer, file: string, where: string): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw damagedExport(file, where, 'is no JSON', cause);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw damagedExport(file, where, `${path.join('.') || 'line'}: ${message}`);
}
