/**
 * A filter as a condition on the column `payload`, with the answers that `compileFilter` gives: docs/collection-filters.md, "The
 * same in Postgres". What the filter holds is bound, never written into the text.
 */
import { pathKeys } from '../filter/field-path.ts';
import { BOUNDS, type Condition, type Filter, type Scalar } from '../filter/types.ts';

/** Remembers a value and gives the `$n` that stands for it. */
export type Bind = (value: string) => string;

/** @param filter a parsed one */
export function filterSql(filter: Filter, bind: Bind): string {
  if ('not' in filter) return `NOT (${filterSql(filter.not, bind)})`;
  if ('and' in filter) return joined(filter.and, 'AND', 'TRUE', bind);
  if ('or' in filter) return joined(filter.or, 'OR', 'FALSE', bind);
  return conditionSql(filter, bind);
}

function joined(filters: readonly Filter[], word: string, ofNone: string, bind: Bind): string {
  if (filters.length === 0) return ofNone;
  return `(${filters.map((part) => filterSql(part, bind)).join(` ${word} `)})`;
}

function conditionSql(filter: Condition, bind: Bind): string {
  const path = `$${pathKeys(filter.field)
    .map((key) => `.${JSON.stringify(key)}`)
    .join('')}`;
  const exists = (test: string, values: Readonly<Record<string, unknown>>): string => {
    const sought = bind(`${path} ? (@.type() != "array" && ${test})`);
    return `jsonb_path_exists(payload, ${sought}::text::jsonpath, ${bind(JSON.stringify(values))}::text::jsonb)`;
  };
  const orMissing = (found: string, wanted: readonly Scalar[]): string =>
    wanted.includes(null)
      ? `(${found} OR NOT jsonb_path_exists(payload, ${bind(path)}::text::jsonpath))`
      : found;
  if ('eq' in filter) return orMissing(exists('@ == $v', { v: filter.eq }), [filter.eq]);
  if ('in' in filter) return orMissing(exists('@ == $v[*]', { v: filter.in }), filter.in);
  const bounds = BOUNDS.filter((key) => filter[key] !== undefined);
  const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=' };
  const tests = bounds.map((key) => `@ ${signs[key]} $${key}`);
  return exists(tests.join(' && '), Object.fromEntries(bounds.map((key) => [key, filter[key]])));
}
