/** `--filter`: a filter on payloads as JSON. */
import type { Filter } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';

/** @throws `FILTER_INVALID` */
export async function filterOption(text: string): Promise<Filter> {
  const { parseFilter } = await import('../../collection/index.ts');
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    const reason = `must be JSON (${(cause as Error).message})`;
    throw new UnseenError('FILTER_INVALID', { where: '--filter', reason, received: text }, { cause });
  }
  return parseFilter(given);
}
