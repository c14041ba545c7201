/** What a hit's payload says of it: the fields that `unseen collection add` writes, and how they are shown. */
import type { Hit, ModelInfo, Payload } from '../backend/contract.ts';
import { CLASS_FIELD } from './filter.ts';

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(' · ');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

/** What an item is called: its text, else its file, else its id. */
export const nameOf = ({ id, payload }: Pick<Hit, 'id' | 'payload'>): string =>
  textOf(payload.text) || textOf(payload.source) || id;

export const classOf = (payload: Payload): string | undefined =>
  typeof payload[CLASS_FIELD] === 'string' ? payload[CLASS_FIELD] : undefined;

/** Whether training had no label of the class. A class that the model has never heard of had none, either. */
export function isUnseen(className: string | undefined, model: ModelInfo | undefined): boolean {
  return className !== undefined && model !== undefined && !model.classes.seen.includes(className);
}

export interface PayloadField {
  readonly field: string;
  /** What one can filter by; of an array each element. */
  readonly values: readonly string[];
  /** For what has no such value: JSON. */
  readonly text: string;
}

/** All fields of a payload, as they are shown. */
export function fieldsOf(payload: Payload): readonly PayloadField[] {
  return Object.entries(payload).map(([field, value]) => {
    const list = Array.isArray(value) ? value : [value];
    const plain = list.every((one) => one === null || typeof one !== 'object');
    return {
      field,
      values: plain ? [...new Set(list.map(String))] : [],
      text: plain ? '' : JSON.stringify(value),
    };
  });
}
