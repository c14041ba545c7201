/** Which items of the database are relevant to a query, in three forms with one reading. */
import { Labels } from '../../data/labels.ts';
import { UnseenError } from '../../errors.ts';

/** One class a row (−1: none), or any number of classes a row. */
export type LabelColumn = Int32Array | Labels;

/**
 * A function, or labels of both sides: an item is relevant when it shares a class with the query. A row without a
 * label is relevant to nothing.
 */
export type Relevance =
  | ((query: number, row: number) => boolean)
  | { readonly queries: LabelColumn; readonly database: LabelColumn };

/** Writes for every row of the database how many classes it shares with the query (at most 255), `[database]`. */
export type GainWriter = (query: number, out: Uint8Array) => void;

export interface GainReader {
  readonly write: GainWriter;
  /** Whether an item can share more than one class with a query. */
  readonly graded: boolean;
}

/** @throws `ARGUMENT_INVALID` if there is not one label row a code. */
export function readGains(relevance: Relevance, queries: number, database: number): GainReader {
  if (typeof relevance === 'function') {
    const write: GainWriter = (query, out) => {
      for (let row = 0; row < out.length; row++) out[row] = relevance(query, row) ? 1 : 0;
    };
    return { write, graded: false };
  }
  checkRows('relevant.queries', relevance.queries, queries);
  checkRows('relevant.database', relevance.database, database);
  const ours = singleLabels(relevance.queries);
  const theirs = singleLabels(relevance.database);
  if (ours && theirs) return { write: singleWriter(ours, theirs), graded: false };
  return { write: listWriter(asLists(relevance.queries), asLists(relevance.database)), graded: true };
}

function singleWriter(ours: Int32Array, theirs: Int32Array): GainWriter {
  return (query, out) => {
    const label = ours[query]!;
    if (label < 0) out.fill(0);
    else for (let row = 0; row < out.length; row++) out[row] = theirs[row] === label ? 1 : 0;
  };
}

/** Compressed rows: the classes of row i are `classes[offsets[i]] … classes[offsets[i+1] − 1]`. */
interface Lists {
  readonly offsets: Uint32Array;
  readonly classes: Int32Array;
}

function listWriter(ours: Lists, theirs: Lists): GainWriter {
  let largest = -1;
  for (const label of ours.classes) largest = Math.max(largest, label);
  for (const label of theirs.classes) largest = Math.max(largest, label);
  const asked = new Uint8Array(largest + 1);
  return (query, out) => {
    asked.fill(0);
    for (let i = ours.offsets[query]!; i < ours.offsets[query + 1]!; i++) asked[ours.classes[i]!] = 1;
    for (let row = 0, i = 0; row < out.length; row++) {
      let shared = 0;
      for (const end = theirs.offsets[row + 1]!; i < end; i++) shared += asked[theirs.classes[i]!]!;
      out[row] = Math.min(shared, 255);
    }
  };
}

/** One label a row, if no row has more. */
function singleLabels(column: LabelColumn): Int32Array | undefined {
  if (!(column instanceof Labels)) return column;
  const labels = new Int32Array(column.rows);
  for (let row = 0; row < column.rows; row++) {
    if (column.of(row).length > 1) return undefined;
    labels[row] = column.first(row);
  }
  return labels;
}

function asLists(column: LabelColumn): Lists {
  const rows = rowsOf(column);
  const of = (row: number): ArrayLike<number> =>
    column instanceof Labels ? column.of(row) : column[row]! < 0 ? [] : [column[row]!];
  const offsets = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + of(row).length;
  const classes = new Int32Array(offsets[rows]!);
  for (let row = 0; row < rows; row++) classes.set(of(row), offsets[row]!);
  return { offsets, classes };
}

const rowsOf = (column: LabelColumn): number => (column instanceof Labels ? column.rows : column.length);

function checkRows(name: string, column: LabelColumn, codes: number): void {
  const received = rowsOf(column);
  if (received !== codes) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name,
      reason: `must have one row a code (${codes})`,
      received,
    });
  }
}
