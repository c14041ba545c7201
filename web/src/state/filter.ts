/** The filters of the page's address as one filter of the collection. */
import { FILTER_LIMITS, type Filter } from '../../../src/collection/filter/types.ts';
import type { ModelInfo } from '../backend/contract.ts';
import type { FieldValue, Route } from './route.ts';

/** The field that tells an item's class. */
export const CLASS_FIELD = 'class';

/** A filter lists so many classes at most; conditions beside them need some room. */
const MOST_CLASSES = FILTER_LIMITS.nodes - 100;

/** Whether seen and unseen classes can be told apart by a filter. */
export function canFilterLabels(model: ModelInfo | undefined): boolean {
  if (!model) return false;
  const { seen, unseen } = model.classes;
  return unseen.length > 0 && seen.length > 0 && seen.length + unseen.length <= MOST_CLASSES;
}

export function filterOf(route: Route, model: ModelInfo | undefined): Filter | undefined {
  const parts: Filter[] = route.fields.map(conditionOf);
  if (route.className !== undefined) parts.push({ field: CLASS_FIELD, eq: route.className });
  if (route.labels && canFilterLabels(model))
    parts.push({ field: CLASS_FIELD, in: model!.classes[route.labels] });
  return parts.length > 1 ? { and: parts } : parts[0];
}

/** What is typed is a text; where it also reads as a number, `true`, `false` or `null`, either will do. */
function conditionOf({ field, value }: FieldValue): Filter {
  const read: Record<string, boolean | null> = { true: true, false: false, null: null };
  if (Object.hasOwn(read, value)) return { field, in: [value, read[value]!] };
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number)) return { field, in: [value, number] };
  return { field, eq: value };
}
