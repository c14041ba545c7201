// What a search through substrings has found, in its state: the k nearest in a heap, or all that can be among them in a
// list that the host drains. Rows arrive in any order.
//
// A code stands in one bucket of every table, so it can come up once a table. No list of visited rows is kept: a code was
// seen before if and only if one of its other substrings lies within the radius that this substring's table has done.

import { SLOT_HISTOGRAM, SLOT_K, SLOT_LIMIT, SLOT_TIES } from './layout';
import { INDEX_TABLES, TABLE_BYTES, TABLE_OFFSET, INDEX_FIRST_TABLE, maskOf, substring } from './substrings';

/** Most hits that the heap holds. */
export const HEAP_CAPACITY: u32 = 1024;
/** Hits that the list holds between two drains. */
export const HITS_CAPACITY: u32 = 16384;
/** Codes that are compared before the list is looked at again. */
export const PIECE: u32 = 4096;
/** Shorter runs are sifted with others. */
export const LONG: u32 = 256;
/** Buckets that are looked up together: their first lines stay in the L2 cache. */
export const RANGES: u32 = 1024;
export const MOST_TABLES: u32 = 256;

// The state of a search; offsets in bytes. The host sets the first four fields.
export const FIND_LIMIT: u32 = 0; // codes at a distance below it can be hits
export const FIND_K: u32 = 4;
export const FIND_HEAP: u32 = 8; // 1: keep the k nearest; 0: list all that can be among them, and all as far as the k-th
export const FIND_DEVIATIONS: u32 = 12; // f32: the nearest k of n normal deviates lie so many standard deviations below the mean
export const FIND_FOUND: u32 = 16; // hits in the heap, or in the list since the last drain
export const FIND_SCANNED: u32 = 20; // 1: it began anew, comparing all codes; what the list held before is to be forgotten
export const FIND_COMPARED: u32 = 24; // f64: codes compared
export const FIND_PROBED: u32 = 32; // f64: buckets looked up
export const CLOSER: u32 = 40; // hits in the list below the limit, drained ones included
export const SPENT: u32 = 48; // f64: ns, by the costs of the index and what was in fact looked at
export const PHASE: u32 = 56;
export const TABLE: u32 = 60;
export const NEXT_MASK: u32 = 64;
export const RANGE_AT: u32 = 68;
export const RANGE_COUNT: u32 = 72;
export const POSITION: u32 = 76;
export const CHAIN_AT: u32 = 80;
export const CHAIN_COUNT: u32 = 84;
export const TOUCHED: u32 = 92; // so that no load can be left out
export const EXPECTED: u32 = 88; // what the limit is expected to come down to; 0: not worked out yet
export const FIND_QUERY: u32 = 128; // the query's words, whole 64-bit words, 8 bytes of zeros behind

// One block a table.
const FIRST_PROBED_TABLE: u32 = FIND_QUERY + 512 + 64;
export const PROBED_BYTES: u32 = 32;
export const REACH: u32 = 0; // radii done: all buckets at a distance below it
export const VALUE: u32 = 4; // the query's substring
export const COST: u32 = 8; // f32: ns of the next radius; negative: not looked at yet
export const PREDICTED: u32 = 12; // scratch of the prediction
export const RATE: u32 = 16; // f32: ns that a bucket of the last radius cost; 0: none was done

export const FIND_HISTOGRAM: u32 = FIRST_PROBED_TABLE + MOST_TABLES * PROBED_BYTES; // u32 [4097], hits of the list by distance
export const FIND_KEYS: u32 = (FIND_HISTOGRAM + 4 * 4097 + 63) & ~63; // u64 [HEAP_CAPACITY], distance · 2^32 + row
export const RANGE_LIST: u32 = FIND_KEYS + 8 * HEAP_CAPACITY; // u32 [RANGES + 1][2]
export const CHAIN_LIST: u32 = RANGE_LIST + 8 * (RANGES + 1); // u32 [RANGES + 1]
export const CANDIDATES: u32 = (CHAIN_LIST + 4 * (RANGES + 1) + 63) & ~63; // u32 [PIECE + 16]
export const FIND_ROWS: u32 = CANDIDATES + 4 * (PIECE + 16); // u32 [HITS_CAPACITY]
export const FIND_DISTANCES: u32 = FIND_ROWS + 4 * HITS_CAPACITY; // u16 [HITS_CAPACITY]
/** A slot of `scan`, for a search that falls back to it. */
export const SCAN_SLOT: u32 = (FIND_DISTANCES + 2 * HITS_CAPACITY + 63) & ~63;
export const FIND_BYTES: u32 = SCAN_SLOT + SLOT_HISTOGRAM + 4 * 4097;

// Of the call under way; an instance's calls run one at a time.
export let state: usize = 0;
export let limit: u32 = 0;
let index: usize = 0;
export let live: usize = 0;
let heap: bool = false;
let k: u32 = 0;
let found: u32 = 0;
let closer: u32 = 0;
let tables: u32 = 0;
/** The heap is full; then a hit at distance limit − 1 must have a row below `worstRow`. */
export let full: bool = false;
export let worstRow: u32 = 0;

// What the codes at hand are.
let codes: usize = 0;
let wordBytes: u32 = 0;
/** u32 row of every place; 0: `firstRow` + place. */
let order: usize = 0;
let firstRow: u32 = 0;
/** Table whose step is under way; `tables` if none. */
let current: u32 = 0;

// @ts-ignore: decorator
@inline
export function probed(t: u32): usize {
  return state + FIRST_PROBED_TABLE + t * PROBED_BYTES;
}

export function loadHits(ofIndex: usize, ofState: usize, liveRows: usize, bytesPerCode: u32): void {
  index = ofIndex;
  state = ofState;
  live = liveRows;
  wordBytes = bytesPerCode;
  tables = load<u32>(index, INDEX_TABLES);
  heap = load<u32>(state, FIND_HEAP) != 0;
  k = load<u32>(state, FIND_K);
  limit = load<u32>(state, FIND_LIMIT);
  closer = load<u32>(state, CLOSER);
  found = heap ? load<u32>(state, FIND_FOUND) : 0; // a list has been drained since the last call
  full = heap && found == k;
  if (full) worstRow = load<u32>(state, FIND_KEYS);
}

export function storeHits(): void {
  store<u32>(state, limit, FIND_LIMIT);
  store<u32>(state, closer, CLOSER);
  store<u32>(state, found, FIND_FOUND);
}

/** Whether a list has room for the hits among so many codes. */
// @ts-ignore: decorator
@inline
export function hasRoom(codesMore: u32): bool {
  return heap || found + codesMore <= HITS_CAPACITY;
}

export function look(atCodes: usize, atOrder: usize, first: u32, inTable: u32): void {
  codes = atCodes;
  order = atOrder;
  firstRow = first;
  current = inTable;
}

// @ts-ignore: decorator
@inline
export function rowOf(place: u32): u32 {
  return order != 0 ? load<u32>(order + (<usize>place << 2)) : firstRow + place;
}

function wasSeen(code: usize): bool {
  let table = index + INDEX_FIRST_TABLE;
  let block = probed(0);
  for (let t: u32 = 0; t < tables; t++) {
    const reach = load<u32>(block, REACH);
    if (reach > 0 && t != current) {
      const value = substring(code, load<u32>(table, TABLE_OFFSET), maskOf(table));
      if (<u32>popcnt(value ^ load<u32>(block, VALUE)) < reach) return true;
    }
    table += TABLE_BYTES;
    block += PROBED_BYTES;
  }
  return false;
}

/** Takes a code at a distance below the limit, unless it was seen, is not live, or its row is too high. */
export function offer(place: u32, distance: u32): void {
  const row = rowOf(place);
  if (full && distance + 1 == limit && row > worstRow) return;
  if (live != 0 && ((load<u8>(live + (row >> 3)) >> (row & 7)) & 1) == 0) return;
  if (wasSeen(codes + <usize>place * wordBytes)) return;
  if (heap) keep(((<u64>distance) << 32) | row);
  else list(row, distance);
}

/** Takes a row that a scan let through. */
// @ts-ignore: decorator
@inline
export function takeScanned(row: u32, distance: u32): void {
  if (distance >= limit || (full && distance + 1 == limit && row > worstRow)) return;
  if (heap) keep(((<u64>distance) << 32) | row);
  else list(row, distance);
}

/**
 * Begins anew, for a scan that will come upon all codes. The limit stays: what was found shows that the k-th is below.
 * `ascending`: the scan will come upon the rows in their order.
 */
export function startOver(bits: u32, ascending: bool): void {
  found = 0;
  closer = 0;
  full = false;
  memory.fill(state + FIND_HISTOGRAM, 0, (bits + 1) << 2);
  for (let t: u32 = 0; t < tables; t++) store<u32>(probed(t), 0, REACH); // nothing was seen before
  const slot = state + SCAN_SLOT;
  memory.fill(slot, 0, SLOT_HISTOGRAM + ((bits + 1) << 2));
  store<u32>(slot, limit, SLOT_LIMIT);
  store<u32>(slot, k, SLOT_K);
  store<u32>(slot, <u32>(!heap || !ascending), SLOT_TIES);
}

function list(row: u32, distance: u32): void {
  store<u32>(state + FIND_ROWS + (found << 2), row);
  store<u16>(state + FIND_DISTANCES + (found << 1), <u16>distance);
  found++;
  const bins = state + FIND_HISTOGRAM;
  store<u32>(bins + (distance << 2), load<u32>(bins + (distance << 2)) + 1);
  closer++;
  for (;;) {
    const last = load<u32>(bins + ((limit - 1) << 2));
    if (closer - last < k) break;
    limit--;
    closer -= last;
  }
}

// @ts-ignore: decorator
@inline
function keyAt(i: u32): usize {
  return state + FIND_KEYS + (i << 3);
}

function keep(key: u64): void {
  if (found < k) {
    let i = found++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = load<u64>(keyAt(parent));
      if (above >= key) break;
      store<u64>(keyAt(i), above);
      i = parent;
    }
    store<u64>(keyAt(i), key);
    if (found < k) return;
    full = true;
  } else {
    sink(key, k);
  }
  const worst = load<u64>(keyAt(0));
  worstRow = <u32>worst;
  limit = <u32>(worst >> 32) + 1;
}

/** Puts a key in place of the largest of `size`. */
function sink(key: u64, size: u32): void {
  let i: u32 = 0;
  for (;;) {
    let child: u32 = 2 * i + 1;
    if (child >= size) break;
    let below = load<u64>(keyAt(child));
    if (child + 1 < size) {
      const right = load<u64>(keyAt(child + 1));
      if (right > below) {
        below = right;
        child++;
      }
    }
    if (below <= key) break;
    store<u64>(keyAt(i), below);
    i = child;
  }
  store<u64>(keyAt(i), key);
}

/** Heapsort: leaves the keys ascending. */
export function sortHits(): void {
  if (!heap || found == 0) return;
  for (let size = found - 1; size > 0; size--) {
    const largest = load<u64>(keyAt(0));
    const last = load<u64>(keyAt(size));
    sink(last, size);
    store<u64>(keyAt(size), largest);
  }
}
