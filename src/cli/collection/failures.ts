/** Bad items, for people: the first of them; `--json` has all. */
import type { FailureReport } from '../../ingest/index.ts';

const MOST_SHOWN = 20;

export function failuresText(failed: readonly FailureReport[]): string[] {
  const shown = failed.slice(0, MOST_SHOWN).map(({ where, code, message }) => {
    const named = message.includes(where) ? message : `${where}: ${message}`;
    return `  failed ${code}: ${named}`;
  });
  const more = failed.length - shown.length;
  return more > 0 ? [...shown, `  … and ${more} more; --json lists them all`] : shown;
}
