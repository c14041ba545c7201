/** One text for filters that say the same in another order or wrapping: a key for caches, a line for logs. */
import { BOUNDS, type Filter, type Scalar } from './types.ts';

/**
 * The filter as JSON that `parseFilter` reads, the same for equal filters. Equal are those that differ in the order
 * of keys, of parts, of values of `in`; in repeated parts or values; in `and` within `and`, `or` within `or`,
 * an `and` or `or` of one part, `in` of one value, and not of not. Filters with the same answers by deeper
 * reasons (a range that another contains, say) keep different texts.
 */
export function canonicalFilter(filter: Filter): string {
  if ('not' in filter) {
    const part = canonicalFilter(filter.not);
    return part.startsWith('{"not":') ? part.slice('{"not":'.length, -1) : `{"not":${part}}`;
  }
  if ('and' in filter) return joined('and', filter.and);
  if ('or' in filter) return joined('or', filter.or);
  const field = `{"field":${JSON.stringify(filter.field)}`;
  if ('eq' in filter) return `${field},"eq":${JSON.stringify(filter.eq)}}`;
  if ('in' in filter) {
    const values = sortedOnce(filter.in.map((value: Scalar) => JSON.stringify(value)));
    return values.length === 1 ? `${field},"eq":${values[0]}}` : `${field},"in":[${values.join(',')}]}`;
  }
  const bounds = BOUNDS.filter((key) => filter[key] !== undefined);
  return `${field},${bounds.map((key) => `"${key}":${JSON.stringify(filter[key])}`).join(',')}}`;
}

function joined(kind: 'and' | 'or', parts: readonly Filter[]): string {
  const texts = sortedOnce(parts.flatMap((part) => flat(kind, part)));
  return texts.length === 1 ? texts[0]! : `{"${kind}":[${texts.join(',')}]}`;
}

/** The parts that a part brings into an and/or of its kind: its own if it is, after its wrapping is off, of that kind. */
function flat(kind: 'and' | 'or', part: Filter): string[] {
  const inner = unwrapped(part);
  if (kind === 'and' && 'and' in inner) return inner.and.flatMap((one) => flat(kind, one));
  if (kind === 'or' && 'or' in inner) return inner.or.flatMap((one) => flat(kind, one));
  return [canonicalFilter(inner)];
}

/** Without not of not, and without an and/or of one part. */
function unwrapped(filter: Filter): Filter {
  if ('not' in filter) {
    const inner = unwrapped(filter.not);
    return 'not' in inner ? unwrapped(inner.not) : { not: inner };
  }
  const parts = 'and' in filter ? filter.and : 'or' in filter ? filter.or : [];
  return parts.length === 1 ? unwrapped(parts[0]!) : filter;
}

const sortedOnce = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
