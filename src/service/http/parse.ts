/** A value from outside by its schema; a refusal names the field. */
import type { z } from 'zod';
import { UnseenError } from '../../errors.ts';

/** `place` is what the value is called: "body". @throws `REQUEST_INVALID` */
export function parse<T extends z.ZodType>(schema: T, value: unknown, place: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = [place, ...issue.path].map(String).join('.').slice(0, 200);
  throw new UnseenError('REQUEST_INVALID', { field, reason: issue.message });
}
