/**
 * How the rows of one class are dealt to the sides of a split: in units (a group, or a single row), in an order drawn
 * by the seed, so that no group is ever on two sides.
 */
import { Random } from '../random.ts';
import type { Dataset } from './dataset.ts';

/** Rows that travel together. */
export type Unit = readonly number[];

export interface ClassUnits {
  /** Units that may become queries; with `parts` these are the test part's. */
  readonly askable: Unit[];
  /** Units that may train, fill the pool or be searched; without `parts` they are the same units. */
  readonly findable: Unit[];
}

export interface DealtRows {
  readonly byClass: ReadonlyMap<number, ClassUnits>;
  readonly unlabelled: readonly number[];
}

/** The classes of a row over all modalities, ascending. */
export function classesOfRow(dataset: Dataset, row: number): number[] {
  const { image, text } = dataset.modalities;
  if (!image || !text) return Array.from((image ?? text)!.labels.of(row));
  const classes = [...image.labels.of(row), ...text.labels.of(row)];
  return [...new Set(classes)].sort((a, b) => a - b);
}

const inRange = (row: number, range: readonly [number, number] | undefined): boolean =>
  range === undefined || (row >= range[0] && row < range[1]);

/**
 * Sorts rows into classes and units. A row with several classes counts for its first unseen one, or else its first.
 * A group belongs to the first class that it has on the more restricted side: test before train, unseen before seen,
 * labelled before unlabelled; its other rows are left out, for they would put the group on two sides.
 */
export function unitsByClass(dataset: Dataset, unseen: ReadonlySet<number>): DealtRows {
  const { parts, groups } = dataset;
  interface Place {
    readonly rank: number;
    readonly label: number;
    readonly asks: boolean;
    readonly rows: number[];
  }
  const placeOf = (row: number): Place | undefined => {
    const labels = classesOfRow(dataset, row);
    const label = labels.find((one) => unseen.has(one)) ?? labels[0] ?? -1;
    const test = parts !== undefined && inRange(row, parts.test);
    if (!test && !inRange(row, parts?.train)) return undefined;
    // The test part gives queries only, and of unseen classes only where there are any.
    if (test && (label < 0 || (unseen.size > 0 && !unseen.has(label)))) return undefined;
    const rank = (test ? 4 : 0) + (unseen.has(label) ? 2 : 0) + (label >= 0 ? 1 : 0);
    return { rank, label, asks: test, rows: [row] };
  };
  const units = new Map<number, Place>();
  for (let row = 0; row < dataset.rows; row++) {
    const place = placeOf(row);
    if (!place) continue;
    const unit = groups ? groups[row]! : row;
    const held = units.get(unit);
    if (!held || place.rank > held.rank) units.set(unit, place);
    else if (place.rank === held.rank && place.label === held.label) held.rows.push(row);
  }
  const byClass = new Map<number, ClassUnits>();
  const unlabelled: number[] = [];
  for (const { label, asks, rows } of units.values()) {
    if (label < 0) {
      for (const row of rows) unlabelled.push(row); // spreading a large group would overflow the stack
      continue;
    }
    const held = byClass.get(label) ?? { askable: [], findable: [] };
    byClass.set(label, held);
    if (asks || !parts) held.askable.push(rows);
    if (!asks) held.findable.push(rows);
  }
  return { byClass, unlabelled };
}

export interface DealtClass {
  readonly query: number[];
  readonly first: number[];
  readonly second: number[];
}

/**
 * Deals one class: queries (all askable units, or `queryShare` of them when the same units must also be found), then
 * the rest in two halves, the next unit always to the half with fewer rows (`second` when equal).
 */
export function dealClass(
  units: ClassUnits,
  options: {
    readonly seed: number;
    readonly label: number;
    readonly queryShare: number;
    readonly separate: boolean;
  },
): DealtClass {
  const { seed, label, queryShare, separate } = options;
  const order = new Random(seed, `rows/${label}`).shuffle([...units.findable]);
  let query: readonly Unit[] = units.askable;
  if (!separate) query = order.splice(0, Math.max(1, Math.round(queryShare * order.length)));
  const first: number[] = [];
  const second: number[] = [];
  for (const unit of order) {
    const half = first.length < second.length ? first : second;
    for (const row of unit) half.push(row);
  }
  return { query: query.flat(), first, second };
}
