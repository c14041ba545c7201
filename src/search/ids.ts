/** Ids of rows: whatever the caller has, checked once; their order; and the row that an id is at. */
import { UnseenError } from '../errors.ts';
import type { Id } from './types.ts';

const rankOf = (id: Id): number => (typeof id === 'string' ? 2 : typeof id === 'bigint' ? 1 : 0);

/** The order of ids: numbers and bigints by value (1 before 1n), then strings by UTF-16 units. */
export function compareIds(a: Id, b: Id): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === 2 || right === 2 ? left === right : true) return a < b ? -1 : a > b ? 1 : left - right;
  return left - right;
}

/** A Map holds at most 2²⁴ keys: ids beyond go into the next. */
const MAP_KEYS = 2 ** 23;

/** @throws `ARGUMENT_INVALID` if it is no string, finite number or bigint. */
function checkId(id: Id, index: number): void {
  const kind = typeof id;
  if (kind === 'string' || kind === 'bigint' || Number.isFinite(id)) return;
  throw new UnseenError('ARGUMENT_INVALID', {
    name: `ids[${index}]`,
    reason: 'must be a string, a finite number or a bigint',
    received: String(id),
  });
}

/** Ids of rows 0 … length−1. Rows only come behind the last; an id may come again once its row was deleted. */
export class IdTable {
  #ascending = true;
  #length = 0;
  /** Pieces as they were given, kept and not copied; the first of each is at `#starts`. */
  readonly #pieces: ArrayLike<Id>[] = [];
  readonly #starts: number[] = [];
  /** Rows of live ids, made when ids do not ascend. */
  #maps: Map<Id, number>[] | undefined;
  /** Whether ids are given by the caller; else a row's id is its number among all rows ever added. */
  readonly own: boolean;
  /** Without own ids: the next. */
  #next = 0;

  constructor(own: boolean) {
    this.own = own;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether ids ascend with the rows: then the order of rows is the order of ids, and an id is found by halving. */
  get ascending(): boolean {
    return this.#ascending;
  }

  /** The id that the next row gets when ids are not the caller's. */
  get next(): number {
    return this.#next;
  }

  at(row: number): Id {
    if (this.#pieces.length === 0) return row;
    let piece = this.#pieces.length - 1;
    if (piece > 0) {
      let low = 0;
      while (low < piece) {
        const middle = (low + piece + 1) >> 1;
        if (this.#starts[middle]! <= row) low = middle;
        else piece = middle - 1;
      }
    }
    return this.#pieces[piece]![row - this.#starts[piece]!]!;
  }

  /** Row of a live id; `isLive` tells of a row whether it still is. */
  rowOf(id: Id, isLive: (row: number) => boolean): number | undefined {
    if (this.#maps) return find(this.#maps, id);
    let low = 0;
    let high = this.#length - 1;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const order = compareIds(this.at(middle), id);
      if (order === 0) return isLive(middle) ? middle : undefined;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /**
   * Whether these ids of `count` rows more can be appended. Changes nothing that can be seen.
   * @throws `ARGUMENT_INVALID`, `INDEX_ID_DUPLICATE` naming both rows.
   */
  check(ids: ArrayLike<Id> | undefined, count: number, isLive: (row: number) => boolean): void {
    if ((ids !== undefined) !== this.own || (ids && ids.length !== count)) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'ids',
        reason: this.own ? `must have one entry a code (${count})` : 'the index was made without ids',
        received: ids?.length ?? 'nothing',
      });
    }
    if (!ids || this.#continues(ids)) return;
    this.#maps ??= this.#indexed(isLive);
    const added = [new Map<Id, number>()];
    for (let i = 0; i < count; i++) {
      const first = find(this.#maps, ids[i]!) ?? find(added, ids[i]!);
      if (first !== undefined) {
        throw new UnseenError('INDEX_ID_DUPLICATE', {
          first,
          row: this.#length + i,
          received: String(ids[i]),
        });
      }
      insert(added, ids[i]!, this.#length + i);
    }
  }

  /** Ids of `count` rows more, which `check` has let through. */
  append(ids: ArrayLike<Id> | undefined, count: number): void {
    if (count === 0) return;
    if (!ids) {
      this.#appendNumbers(count);
      return;
    }
    if (this.#maps) {
      this.#ascending = false;
      for (let i = 0; i < count; i++) insert(this.#maps, ids[i]!, this.#length + i);
    }
    this.#push(ids, count);
  }

  /** The row's id may come again. */
  delete(row: number): void {
    const id = this.at(row);
    for (const map of this.#maps ?? []) if (map.get(id) === row) map.delete(id);
  }

  /** Ids of some rows only, in ascending order of rows, as a new table. */
  take(rows: ArrayLike<number>): IdTable {
    const table = new IdTable(this.own);
    const ids: Id[] = Array.from(rows, (row) => this.at(row));
    table.#next = this.#next;
    if (!this.#ascending) table.#maps = [new Map()];
    if (this.own) table.append(ids, ids.length);
    else if (ids.length > 0) table.#push(ids, ids.length);
    return table;
  }

  /**
   * Ids that were the caller's, read from a file. Of rows with the same id one at most is live.
   * @throws `ARGUMENT_INVALID`, `INDEX_ID_DUPLICATE`
   */
  static given(ids: ArrayLike<Id>, isLive: (row: number) => boolean): IdTable {
    const table = new IdTable(true);
    table.#ascending = table.#continues(ids);
    const maps = [new Map<Id, number>()];
    for (let row = 0; row < ids.length && !table.#ascending; row++) {
      if (!isLive(row)) continue;
      const first = find(maps, ids[row]!);
      if (first !== undefined)
        throw new UnseenError('INDEX_ID_DUPLICATE', { first, row, received: String(ids[row]) });
      insert(maps, ids[row]!, row);
    }
    if (!table.#ascending) table.#maps = maps;
    if (ids.length > 0) table.#push(ids, ids.length);
    return table;
  }

  /** Ids that were not the caller's, read from a file: ascending numbers below `next`. */
  static numbered(ids: ArrayLike<number> | undefined, count: number, next: number): IdTable {
    const table = new IdTable(false);
    if (ids) table.#push(ids, count);
    else table.#length = count;
    table.#next = next;
    return table;
  }

  #appendNumbers(count: number): void {
    const first = this.#next;
    // Row numbers need no list as long as no compaction has come between.
    if (this.#pieces.length > 0 || first !== this.#length) {
      if (this.#length > 0 && this.#pieces.length === 0) {
        this.#pieces.push(Float64Array.from({ length: this.#length }, (_, i) => i));
        this.#starts.push(0);
      }
      this.#push(
        Float64Array.from({ length: count }, (_, i) => first + i),
        count,
      );
    } else {
      this.#length += count;
    }
    this.#next = first + count;
  }

  #push(ids: ArrayLike<Id>, count: number): void {
    this.#pieces.push(ids);
    this.#starts.push(this.#length);
    this.#length += count;
    if (this.#pieces.length > 64) this.#mergePieces();
  }

  /** Many small pieces become one list, so that adding row by row stays cheap to read. */
  #mergePieces(): void {
    const big = this.#pieces.findIndex(
      (piece, i) => piece.length < this.#length - this.#starts[i]! - piece.length,
    );
    const from = Math.max(0, big);
    const merged: Id[] = [];
    for (const piece of this.#pieces.splice(from))
      for (let i = 0; i < piece.length; i++) merged.push(piece[i]!);
    const [start] = this.#starts.splice(from);
    this.#pieces.push(merged);
    this.#starts.push(start!);
  }

  /** Checks the ids, and tells whether they ascend and go on behind the last. */
  #continues(ids: ArrayLike<Id>): boolean {
    let previous = this.#length > 0 ? this.at(this.#length - 1) : undefined;
    let ascends = this.#ascending;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      checkId(id, i);
      if (ascends && previous !== undefined && compareIds(previous, id) >= 0) ascends = false;
      previous = id;
    }
    return ascends;
  }

  #indexed(isLive: (row: number) => boolean): Map<Id, number>[] {
    const maps = [new Map<Id, number>()];
    for (let row = 0; row < this.#length; row++) {
      if (isLive(row)) insert(maps, this.at(row), row);
    }
    return maps;
  }
}

function find(maps: readonly Map<Id, number>[], id: Id): number | undefined {
  for (const map of maps) {
    const row = map.get(id);
    if (row !== undefined) return row;
  }
  return undefined;
}

function insert(maps: Map<Id, number>[], id: Id, row: number): void {
  if (maps.at(-1)!.size >= MAP_KEYS) maps.push(new Map());
  maps.at(-1)!.set(id, row);
}
