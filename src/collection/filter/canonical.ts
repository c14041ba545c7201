/** One text for filters that say the same in another order or wrapping: a key for caches, a line for logs. */
import { BOUNDS, type Condition, type Filter } from './types.ts';

/**
 * The filter as JSON that `parseFilter` reads, the same for equal filters. Equal are those that differ in the order
 * of keys, of parts, of values of `in`; in repeated parts or values; in `and` within `and`, `or` within `or`,
 * an `and` or `or` of one part, `in` of one value, and not of not. Filters with the same answers by deeper
 * reasons (a range that another contains, say) keep different texts.
 */
export function canonicalFilter(filter: Filter): string {
  return formOf(filter).text;
}

interface Form {
  readonly kind: 'and' | 'or' | 'not' | 'condition';
  readonly text: string;
  readonly parts: readonly Form[];
}

/** From the inside out, so that what a part turns into is seen by the filter around it. */
function formOf(filter: Filter): Form {
  if ('not' in filter) {
    const part = formOf(filter.not);
    return part.kind === 'not'
      ? part.parts[0]!
      : { kind: 'not', text: `{"not":${part.text}}`, parts: [part] };
  }
  if ('and' in filter) return joined('and', filter.and);
  if ('or' in filter) return joined('or', filter.or);
  return { kind: 'condition', text: conditionText(filter), parts: [] };
}

function joined(kind: 'and' | 'or', filters: readonly Filter[]): Form {
  const flat = filters.map(formOf).flatMap((form) => (form.kind === kind ? form.parts : [form]));
  const byText = new Map(flat.map((form) => [form.text, form]));
  const texts = [...byText.keys()].sort();
  const parts = texts.map((text) => byText.get(text)!);
  return parts.length === 1 ? parts[0]! : { kind, text: `{"${kind}":[${texts.join(',')}]}`, parts };
}

function conditionText(filter: Condition): string {
  const field = `{"field":${JSON.stringify(filter.field)}`;
  if ('eq' in filter) return `${field},"eq":${JSON.stringify(filter.eq)}}`;
  if ('in' in filter) {
    const values = [...new Set(filter.in.map((value) => JSON.stringify(value)))].sort();
    return values.length === 1 ? `${field},"eq":${values[0]}}` : `${field},"in":[${values.join(',')}]}`;
  }
  const bounds = BOUNDS.filter((key) => filter[key] !== undefined);
  return `${field},${bounds.map((key) => `"${key}":${JSON.stringify(filter[key])}`).join(',')}}`;
}
