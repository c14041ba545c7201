/** Settings of methods: checked completely before any work begins, with errors that name the setting. */
import { z } from 'zod';
import { MAX_BITS, MIN_BITS } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';

/** Length of a code: a multiple of 8 from 8 to 4096. */
export const bitsSetting = z
  .number()
  .int()
  .min(MIN_BITS, `must be a multiple of 8 from ${MIN_BITS} to ${MAX_BITS}`)
  .max(MAX_BITS, `must be a multiple of 8 from ${MIN_BITS} to ${MAX_BITS}`)
  .multipleOf(8);

/** Any whole number from 0 to 2³²−1; the same seed gives the same model. Default 0. */
export const seedSetting = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(0);

/** `features` or `pixels`; default: features where the dataset has them, else pixels. */
export const inputSetting = z.enum(['features', 'pixels']).optional();

/**
 * Checks settings against a strict schema and fills in the defaults.
 * @throws `METHOD_SETTING_UNKNOWN`, `ARGUMENT_INVALID` naming the setting
 */
export function parseSettings<Schema extends z.ZodObject>(
  method: string,
  schema: Schema,
  settings: unknown,
): z.output<Schema> {
  const parsed = schema.strict().safeParse(settings);
  if (parsed.success) return parsed.data as z.output<Schema>;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    throw new UnseenError('METHOD_SETTING_UNKNOWN', { method, received: issue.keys[0], known });
  }
  const received = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    settings,
  );
  throw new UnseenError('ARGUMENT_INVALID', {
    name: issue.path.join('.') || `settings of ${method}`,
    reason: issue.message,
    received: received === undefined ? 'nothing' : received,
  });
}
