/** Values of Parquet columns → fields of a row: text is decoded strictly, class numbers get the names that the file notes. */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { decodeText } from './encoding.ts';

const wrong = (field: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ROW_FIELD_INVALID', { field, reason, received });

/** Bytes become text, big integers numbers, lists lists; what is not text, number or list is for `sourceRow` to refuse. */
export function fieldValue(value: unknown, field: string): unknown {
  if (value instanceof Uint8Array) return decodeText(value, `column ${field}`);
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((one) => fieldValue(one, field));
  return value;
}

/** A list of finite numbers; `undefined` for none. Throws `ROW_FIELD_INVALID`. */
export function featuresValue(value: unknown, field: string): Float32Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length === 0) throw wrong(field, 'must be a list of numbers', value);
  const numbers = Float32Array.from(value, (one: unknown) =>
    typeof one === 'number' || typeof one === 'bigint' ? Number(one) : Number.NaN,
  );
  const place = numbers.findIndex((one) => !Number.isFinite(one));
  if (place >= 0)
    throw wrong(field, `number ${place + 1} must be finite in single precision`, String(value[place]));
  return numbers;
}

/** As Hugging Face's `datasets` notes the classes of a column of numbers, one a row or a list of them. */
const classLabel = z.object({ names: z.array(z.string()) });
const noted = z.object({
  info: z.object({
    features: z.record(z.string(), z.union([classLabel, z.object({ feature: classLabel }), z.unknown()])),
  }),
});

/** Names of the classes of each column that has numbers for them, by the column's name. */
export function classNames(notes: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  let value: unknown;
  try {
    value = JSON.parse(notes.get('huggingface') ?? '{}');
  } catch {
    return new Map(); // a note that is not for us
  }
  const parsed = noted.safeParse(value);
  const found = new Map<string, readonly string[]>();
  for (const [column, feature] of Object.entries(parsed.data?.info.features ?? {})) {
    const one = classLabel.safeParse(feature);
    const list = z.object({ feature: classLabel }).safeParse(feature);
    const names = one.data?.names ?? list.data?.feature.names;
    if (names) found.set(column, names);
  }
  return found;
}

/** The name of a class number, or of each of a list; −1 is no class. Throws `ROW_FIELD_INVALID`. */
export function namedClasses(value: unknown, names: readonly string[], field: string): unknown {
  if (Array.isArray(value)) return value.map((one) => namedClasses(one, names, field));
  if (value === undefined || value === null) return undefined;
  const label = typeof value === 'bigint' ? Number(value) : value;
  if (label === -1) return undefined;
  const name = typeof label === 'number' ? names[label] : undefined;
  if (name === undefined) throw wrong(field, `must be a class from 0 to ${names.length - 1}`, String(value));
  return name;
}
