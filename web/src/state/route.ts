/** What is asked and how it is filtered, as the page's address holds it: it can be shared, and back leads back. */
import type { Modality, Question } from '../backend/contract.ts';

/** A condition on a field of the payload, as it was typed. */
export interface FieldValue {
  readonly field: string;
  readonly value: string;
}

export type View = 'search' | 'collection' | 'add';

export interface Route {
  readonly view: View;
  /** Default: the first. */
  readonly collection?: string;
  readonly question?: Question;
  readonly className?: string;
  /** Only classes that had labels in training, or only those that had none. */
  readonly labels?: 'seen' | 'unseen';
  readonly modality?: Modality;
  readonly radius?: number;
  readonly fields: readonly FieldValue[];
}

const oneOf = <T extends string>(value: string | null, ...known: readonly T[]): T | undefined =>
  known.find((one) => one === value);

/** Of anything that may stand in an address: what is no route's is passed over. */
export function parseRoute(search: string): Route {
  const given = new URLSearchParams(search);
  const question = questionOf(given);
  const collection = given.get('collection');
  const className = given.get('class');
  const labels = oneOf(given.get('labels'), 'seen', 'unseen');
  const modality = oneOf(given.get('in'), 'image', 'text');
  const radius = /^\d{1,4}$/.test(given.get('radius') ?? '') ? Number(given.get('radius')) : undefined;
  const fields = given.getAll('where').flatMap((text) => {
    const at = text.indexOf('=');
    return at > 0 ? [{ field: text.slice(0, at), value: text.slice(at + 1) }] : [];
  });
  return {
    view: oneOf(given.get('view'), 'collection', 'add') ?? 'search',
    fields,
    ...(collection && { collection }),
    ...(question && { question }),
    ...(className && { className }),
    ...(labels && { labels }),
    ...(modality && { modality }),
    ...(radius !== undefined && { radius }),
  };
}

function questionOf(given: URLSearchParams): Question | undefined {
  const [text, id, code] = ['q', 'item', 'code'].map((name) => given.get(name));
  if (text) return { kind: 'text', text };
  if (id) return { kind: 'item', id };
  if (code && /^([0-9a-f]{2}){1,512}$/.test(code)) return { kind: 'code', code };
  return undefined;
}

/** The address below the page's own path: `?q=reptile&labels=unseen`. */
export function addressOf(route: Route): string {
  const parts = new URLSearchParams();
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) parts.append(name, String(value));
  };
  const { question } = route;
  if (route.view !== 'search') add('view', route.view);
  add('collection', route.collection);
  if (question?.kind === 'text') add('q', question.text);
  if (question?.kind === 'item') add('item', question.id);
  if (question?.kind === 'code') add('code', question.code);
  add('class', route.className);
  add('labels', route.labels);
  add('in', route.modality);
  add('radius', route.radius);
  for (const { field, value } of route.fields) add('where', `${field}=${value}`);
  const text = parts.toString();
  return text === '' ? '.' : `?${text}`;
}

type Optional = 'collection' | 'question' | 'className' | 'labels' | 'modality' | 'radius';

/** The route with some parts changed; `undefined` takes a part away. */
export function changed(
  route: Route,
  change: { readonly [part in keyof Route]?: Route[part] | undefined },
): Route {
  const next = { ...route, ...change } as Record<string, unknown>;
  for (const part of Object.keys(next)) if (next[part] === undefined) delete next[part];
  return next as unknown as Route;
}

/** How many parts of the route leave hits out. */
export function filtersOf(route: Route): readonly Exclude<Optional, 'collection' | 'question'>[] {
  return (['className', 'labels', 'modality', 'radius'] as const).filter((part) => route[part] !== undefined);
}
