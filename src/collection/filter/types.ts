/** What a filter is: conditions on fields of the payload, joined by and, or, not. docs/collection-filters.md tells the meaning. */

export type Scalar = string | number | boolean | null;

/** At least one bound, one lower and one upper at most, all numbers or all texts; texts go by code point. */
export interface Range {
  readonly field: string;
  readonly gt?: number | string;
  readonly gte?: number | string;
  readonly lt?: number | string;
  readonly lte?: number | string;
}

/** `field` is a dotted path into the payload; a dot or backslash within a key has a backslash before it. */
export type Condition =
  | { readonly field: string; readonly eq: Scalar }
  | { readonly field: string; readonly in: readonly Scalar[] }
  | Range;

export type Filter =
  | Condition
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter };

/** `depth` of and/or/not with the condition inside, and of keys in a path; `nodes`: filters and values of `in` together; `textBytes` of UTF-8. */
export const FILTER_LIMITS = { depth: 16, nodes: 1_000, textBytes: 4_096 } as const;

export const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;
