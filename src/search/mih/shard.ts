/**
 * One memory of codes with their tables. The base is sorted and in tables that do not change; codes added since are its
 * tail, in the order they came, in chains. An index without tables keeps all its codes in the tail.
 */

import { LiveBits } from '../kernels/live-bits.ts';
import type { KernelMemory } from '../kernels/memory.ts';
import { WasmEngine } from '../kernels/wasm.ts';
import type { Found } from '../store.ts';
import { type Costs, costsOf } from './costs.ts';
import { allocateBinomials, describe, descriptionBytes, type Layout } from './description.ts';
import { FindState, paddedWords } from './find-state.ts';
import type { Substring } from './plan.ts';

/** Codes that stand for all where their distances are judged. */
const SAMPLE = 1024;
/** Rows that the first piece of a tail has room for, and how much longer each further piece is. */
const FIRST_TAIL = 16384;
const TAIL_GROWTH = 4;

export interface ShardQuery {
  /** `[bits/8]` */
  readonly code: Uint8Array;
  readonly k: number;
  /** Rows at a distance ≥ limit are no hits. */
  readonly limit: number;
  /** All rows as far as the k-th are wanted. */
  readonly ties: boolean;
}

export class MihShard {
  readonly memory: KernelMemory;
  readonly bits: number;
  readonly substrings: readonly Substring[];
  readonly layout: Layout;
  /** One a thread; the first is this thread's. */
  readonly states: readonly FindState[];
  readonly #description: number;
  readonly #binomials: number;
  readonly #costs: Partial<Costs>;
  #scanner: WasmEngine | undefined;
  #tailCapacity = 0;
  /** Where row i of the base stands; made when rows are read. */
  #places: Uint32Array | undefined;
  readonly #live: LiveBits;
  #liveRows: number | undefined;

  /** @param costs where others than the usual are to steer it: of tests. */
  constructor(memory: KernelMemory, layout: Layout, threads = 1, costs: Partial<Costs> = {}) {
    this.#costs = costs;
    this.memory = memory;
    this.#live = new LiveBits(memory);
    this.layout = layout;
    this.bits = layout.bits;
    this.substrings = layout.tables.map(({ offset, width }) => ({ offset, width }));
    this.#binomials = allocateBinomials(memory);
    this.#description = memory.allocate(descriptionBytes(layout.tables.length));
    this.states = Array.from(
      { length: memory.shared ? threads : 1 },
      () => new FindState(memory, this.bits, this.#description),
    );
    this.states[0]!.bind(memory.kernel);
    this.#takeSample();
    this.#describe();
  }

  get bytes(): number {
    return this.memory.bytes;
  }

  get count(): number {
    return this.layout.count + this.layout.tailCount;
  }

  get rowBytes(): number {
    return 8 * Math.ceil(this.bits / 64);
  }

  /** Address of the description and of the bitmap of live rows (0: all). */
  get job(): { readonly index: number; readonly live: number } {
    return { index: this.#description, live: this.#live.address };
  }

  /** What threads need to search for these queries, beside a state each. */
  batch(queries: readonly ShardQuery[]) {
    const heads = queries.map((query) => this.states[0]!.head(query, this.liveRows));
    const codes = queries.map(({ code }) => paddedWords(code, this.bits));
    return {
      ...this.job,
      heads: joined(Uint32Array, heads),
      codes: joined(Uint8Array, codes),
    };
  }

  /** Whether a tail of so many rows, or one more piece of a shard without tables, fits into the memory. */
  hasRoomFor(tailRows: number): boolean {
    const { layout, memory, rowBytes } = this;
    if (tailRows <= this.#tailCapacity) return true;
    const capacity = layout.tables.length > 0 ? this.#nextCapacity(tailRows) : tailRows;
    const heads = layout.tables.reduce(
      (sum, { width, heads }) => sum + (heads === 0 ? 4 * 2 ** width : 0),
      0,
    );
    const pieces = 1 + 2 * layout.tables.length;
    return capacity * (rowBytes + 4 * layout.tables.length) + heads + 128 * pieces < memory.room;
  }

  /**
   * Copies packed codes behind the last row, into the chains of the tables.
   * @throws `INDEX_TOO_LARGE`, and then holds what it held.
   */
  append(packed: Uint8Array): void {
    const { layout, memory } = this;
    const width = this.bits / 8;
    const rows = packed.length / width;
    const from = layout.tailCount;
    if (from + rows > this.#tailCapacity) this.#growTail(from + rows);
    memory.writeRows(packed, width, layout.tail + from * this.rowBytes, this.rowBytes);
    layout.tailCount += rows;
    if (layout.sampleCount < SAMPLE && layout.count === 0) this.#takeSample();
    this.#describe();
    if (layout.tables.length > 0) memory.kernel.chain(this.#description, from, layout.tailCount);
  }

  /** Makes room for a tail of so many rows, once it is known how many will come. @throws `INDEX_TOO_LARGE` */
  reserve(tailRows: number): void {
    if (tailRows > this.#tailCapacity) this.#growTail(tailRows);
    this.#describe();
  }

  /** Packed codes of rows `from … to−1`. */
  read(from: number, to: number): Uint8Array {
    const { layout, rowBytes } = this;
    const width = this.bits / 8;
    const out = new Uint8Array((to - from) * width);
    const { u8 } = this.memory;
    if (from < layout.count) this.#places ??= this.#invertOrder();
    for (let row = from; row < to; row++) {
      const at =
        row < layout.count
          ? layout.codes + this.#places![row]! * rowBytes
          : layout.tail + (row - layout.count) * rowBytes;
      for (let i = 0, target = (row - from) * width; i < width; i++) out[target + i] = u8[at + i]!;
    }
    return out;
  }

  /** Bitmap `[ceil(count/8)]` of the rows that may be found; undefined: all. Copied. */
  setLive(bitmap: Uint8Array | undefined): void {
    this.#live.set(bitmap);
    this.#liveRows = bitmap && countBits(bitmap);
  }

  /** Rows that may be found. */
  get liveRows(): number {
    return this.#liveRows ?? this.count;
  }

  open(query: ShardQuery): void {
    this.states[0]!.open(query, this.liveRows);
  }

  /** Goes on with the open query; true: it is done. Takes some milliseconds at most. */
  step(): boolean {
    const state = this.states[0]!;
    const more = this.memory.kernel.find(this.#description, state.address, this.#live.address) === 1;
    state.drain();
    return !more;
  }

  /** Of a shard without tables: what scans its codes; all of them are in the tail. */
  get scanner(): WasmEngine {
    this.#scanner ??= new WasmEngine(this.bits, this.states.length, this.memory);
    this.#scanner.adopt(this.layout.tail, this.layout.tailCount, this.#live.address);
    return this.#scanner;
  }

  /** Hits of the open query by (distance, row). */
  found(): Found {
    return this.states[0]!.found();
  }

  /** Makes room for so many rows in the tail. */
  #growTail(rows: number): void {
    const { layout, memory, rowBytes } = this;
    const end = layout.tail + this.#tailCapacity * rowBytes;
    if (layout.tables.length === 0 && layout.tail > 0 && memory.endsAt(end)) {
      memory.allocate((rows - this.#tailCapacity) * rowBytes, 8);
      this.#tailCapacity = rows;
      return;
    }
    const capacity = this.#nextCapacity(rows);
    const tail = memory.allocate(capacity * rowBytes);
    if (layout.tailCount > 0)
      memory.u8.copyWithin(tail, layout.tail, layout.tail + layout.tailCount * rowBytes);
    for (const table of layout.tables) {
      if (table.heads === 0) table.heads = memory.allocate(4 * 2 ** table.width);
      const next = memory.allocate(4 * capacity + 8); // behind the codes, too, is something to read
      if (layout.tailCount > 0) memory.u8.copyWithin(next, table.next, table.next + 4 * layout.tailCount);
      table.next = next;
    }
    layout.tail = tail;
    this.#tailCapacity = capacity;
  }

  #nextCapacity(rows: number): number {
    return Math.max(rows, Math.min(TAIL_GROWTH * this.#tailCapacity, this.layout.count), FIRST_TAIL);
  }

  #takeSample(): void {
    const { layout, memory, rowBytes } = this;
    if (layout.sample === 0) layout.sample = memory.allocate(SAMPLE * rowBytes);
    const [from, rows] = layout.count > 0 ? [layout.codes, layout.count] : [layout.tail, layout.tailCount];
    layout.sampleCount = Math.min(SAMPLE, rows);
    for (let i = 0; i < layout.sampleCount; i++) {
      const at = from + Math.floor(((i + 0.5) * rows) / layout.sampleCount) * rowBytes;
      memory.u8.copyWithin(layout.sample + i * rowBytes, at, at + rowBytes);
    }
  }

  #describe(): void {
    const costs = { ...costsOf(this.count, this.bits, this.substrings), ...this.#costs };
    describe(this.memory, this.#description, this.layout, this.#binomials, costs);
  }

  #invertOrder(): Uint32Array {
    const { count, order } = this.layout;
    const rows = this.memory.u32.subarray(order / 4, order / 4 + count);
    const places = new Uint32Array(count);
    for (let place = 0; place < count; place++) places[rows[place]!] = place;
    return places;
  }
}

/** Arrays of one length, one after the other. */
function joined<T extends Uint8Array | Uint32Array>(kind: new (length: number) => T, parts: readonly T[]): T {
  const all = new kind(parts.length * (parts[0]?.length ?? 0));
  for (const [i, part] of parts.entries()) all.set(part, i * part.length);
  return all;
}

function countBits(bitmap: Uint8Array): number {
  let ones = 0;
  for (let byte of bitmap) for (; byte > 0; byte &= byte - 1) ones++;
  return ones;
}
