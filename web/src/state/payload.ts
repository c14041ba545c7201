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

/** The rest, for whoever wants to know: no class, no text, nothing empty. */
export function furtherFields(payload: Payload): readonly (readonly [field: string, value: string])[] {
  return Object.entries(payload).flatMap(([field, value]) => {
    if (field === CLASS_FIELD || field === 'text' || field === 'sha256') return [];
    const text = textOf(value) || (value !== null && typeof value === 'object' ? JSON.stringify(value) : '');
    return text === '' ? [] : [[field, text] as const];
  });
}
