/** The classes that training rows have, numbered without gaps: what class-wise sums and targets are indexed by. */
export interface SeenClasses {
  /** `[rows]`, a place in `present`. */
  readonly classOf: Int32Array;
  /** Labels, ascending. */
  readonly present: readonly number[];
  /** Rows of each. */
  readonly counts: Float64Array;
}

/** From one label a row. */
export function classesOf(labels: Int32Array): SeenClasses {
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const places = new Map(present.map((label, place) => [label, place]));
  const classOf = labels.map((label) => places.get(label)!);
  const counts = new Float64Array(present.length);
  for (const c of classOf) counts[c]!++;
  return { classOf, present, counts };
}
