// One exact search through substrings, as a loop of steps. A step (table t, radius s) looks up all buckets whose
// substring differs from the query's in exactly s bits, and compares the codes in them.
//
// Let reach(t) be the number of radii that table t has done. A code that is in none of the buckets differs from the
// query by at least reach(t) bits in every substring t, so by sum reach(t) in all: everything nearer has been found. The
// search ends when that sum comes to the limit. This holds for any order of the steps, so the cheapest is taken next:
// what it costs is known from where its buckets begin and end, which is looked up first. Crowded buckets, which make
// clustered codes slow when all tables go by the same radius, come last and are mostly never opened.

import { compareList, compareRun, setQuery } from './compare';
import {
  CANDIDATES,
  CHAIN_AT,
  CHAIN_COUNT,
  CHAIN_LIST,
  COST,
  EXPECTED,
  FIND_BYTES,
  FIND_COMPARED,
  FIND_DEVIATIONS,
  FIND_DISTANCES,
  FIND_HISTOGRAM,
  FIND_KEYS,
  FIND_PROBED,
  FIND_QUERY,
  FIND_ROWS,
  FIND_SCANNED,
  HEAP_CAPACITY,
  HITS_CAPACITY,
  LONG,
  NEXT_MASK,
  PHASE,
  PIECE,
  POSITION,
  PREDICTED,
  RANGES,
  RANGE_AT,
  RANGE_COUNT,
  RANGE_LIST,
  RATE,
  REACH,
  SCAN_SLOT,
  SPENT,
  TABLE,
  TOUCHED,
  VALUE,
  hasRoom,
  limit,
  live,
  loadHits,
  look,
  probed,
  sortHits,
  startOver,
  state,
  storeHits,
  takeScanned,
} from './hits';
import { SLOT_FOUND, SURVIVOR_DISTANCES, SURVIVOR_ROWS, arena } from './layout';
import { scan } from './scan';
import {
  BINOMIALS,
  ENTRY_BYTES,
  INDEX_BINOMIALS,
  INDEX_BITS,
  INDEX_CODES,
  INDEX_COST_BUCKET,
  INDEX_COST_ENTRY,
  INDEX_COST_RANGE,
  INDEX_COST_RUN,
  INDEX_COST_SCAN,
  INDEX_COUNT,
  INDEX_ORDER,
  INDEX_PLACE_BITS,
  INDEX_SAMPLE,
  INDEX_SAMPLE_COUNT,
  INDEX_TABLES,
  INDEX_TAIL_CODES,
  INDEX_TAIL_COUNT,
  INDEX_WORDS,
  TABLE_ENTRIES,
  TABLE_HEADS,
  TABLE_NEXT,
  TABLE_OFFSET,
  TABLE_STARTS,
  TABLE_TURN,
  TABLE_WIDTH,
  TABLE_WINDOW,
  maskOf,
  signature,
  substring,
  tableAt,
} from './substrings';

export { FIND_BYTES, FIND_COMPARED, FIND_DISTANCES, FIND_HISTOGRAM, FIND_KEYS, FIND_QUERY, FIND_ROWS, HEAP_CAPACITY, HITS_CAPACITY };

const CHOOSING: u32 = 0;
const PROBING: u32 = 1;
const SCANNING: u32 = 2;
const SCANNING_TAIL: u32 = 3;

/** `find` returns after about so many codes, so that the host can let other work in. */
const SLICE: f64 = 4_000_000;
/** Codes that are scanned at once, in whole bytes of a bitmap. */
const SCAN_PIECE: u32 = 1 << 19;
/** Steps of fewer buckets are looked at before any is taken, of others only the one that is expected to be cheapest. */
const CHEAP: f64 = 300;
/** Steps of more buckets are not looked at before they are taken. */
const PEEKS: f64 = 8000;
/** Bytes of a bucket that are asked for before it is read; of a longer one the processor foresees the rest. */
const FAR_BYTES: usize = 2048;
/** A search may spend this part of what a scan costs before it asks whether it will win. */
const FREE: f64 = 0.03;
/** It goes on while it expects to stay below this part. */
const WORTH: f64 = 0.75;

let index: usize = 0;
let tables: u32 = 0;
let wordBytes: u32 = 0;
let compared: f64 = 0;
let buckets: f64 = 0;

// @ts-ignore: decorator
@inline
function binomial(n: u32, s: u32): f64 {
  return load<f64>(load<u32>(index, INDEX_BINOMIALS) + ((n * BINOMIALS + s) << 3));
}

/** The next number with as many bits set (Gosper; Hacker's Delight, 2-1). Of 0: a number above all masks. */
// @ts-ignore: decorator
@inline
function nextMask(mask: u32): u32 {
  const low = mask & -mask;
  const carry = mask + low;
  return mask == 0 ? 0x80000000 : (((carry ^ mask) >> 2) >> ctz(mask)) | carry;
}

/**
 * Costs of a step that was not looked at. Codes that are spread evenly put `load` into each bucket; where the last radius
 * of the table found more, as among clustered codes, this one is taken to find something between.
 */
function guess(t: u32, s: u32): f64 {
  const width = load<u32>(tableAt(index, t), TABLE_WIDTH);
  const load_ = <f64>load<u32>(index, INDEX_COUNT) / <f64>((<u32>1) << width);
  const even = load<f64>(index, INDEX_COST_BUCKET) + min<f64>(load_, 1) * load<f64>(index, INDEX_COST_RANGE) + load_ * costOfOne(t);
  const last = <f64>load<f32>(probed(t), RATE);
  return binomial(width, s) * (last > even ? sqrt<f64>(last * even) : even);
}

/** Of comparing one code in a bucket. */
// @ts-ignore: decorator
@inline
function costOfOne(t: u32): f64 {
  return t == 0 ? load<f64>(index, INDEX_COST_RUN) : load<f64>(index, INDEX_COST_ENTRY);
}

/** What the codes in the buckets at distance s of a table cost to compare. */
function peek(t: u32, s: u32): f64 {
  const table = tableAt(index, t);
  const starts = load<u32>(table, TABLE_STARTS);
  const value = load<u32>(probed(t), VALUE);
  const top = (<u32>1) << load<u32>(table, TABLE_WIDTH);
  let ranges: u32 = 0;
  let entries: u32 = 0;
  for (let mask: u32 = (1 << s) - 1; mask < top; mask = nextMask(mask)) {
    const at: usize = starts + ((value ^ mask) << 2);
    const size = load<u32>(at, 4) - load<u32>(at);
    entries += size;
    ranges += <u32>(size != 0);
  }
  return <f64>ranges * load<f64>(index, INDEX_COST_RANGE) + <f64>entries * costOfOne(t);
}

/**
 * What the limit would come down to if distances were distributed normally, judged by a sample of the codes. For codes
 * of independent bits that is nearly right.
 */
function expectedLimit(): u32 {
  const words = load<u32>(index, INDEX_WORDS);
  let code: usize = load<u32>(index, INDEX_SAMPLE);
  const count = load<u32>(index, INDEX_SAMPLE_COUNT);
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    let d: u64 = 0;
    for (let w: u32 = 0; w < words; w++) {
      d += popcnt(load<u64>(code) ^ load<u64>(state + FIND_QUERY + (w << 3)));
      code += 8;
    }
    sum += <f64>d;
    squares += <f64>d * <f64>d;
  }
  const mean = sum / <f64>count;
  const deviation = sqrt<f64>(max<f64>(0, squares / <f64>count - mean * mean));
  return <u32>max<f64>(1, ceil<f64>(mean - <f64>load<f32>(state, FIND_DEVIATIONS) * deviation + 0.5));
}

/** What the cheapest steps that bring the sum of reaches to `goal` would cost. */
function predict(total: u32, goal: u32): f64 {
  for (let t: u32 = 0; t < tables; t++) {
    const block = probed(t);
    const s = load<u32>(block, REACH);
    store<u32>(block, s, PREDICTED);
  }
  let cost: f64 = 0;
  while (total < goal) {
    let best: u32 = 0;
    let least = Infinity;
    for (let t: u32 = 0; t < tables; t++) {
      const block = probed(t);
      const s = load<u32>(block, PREDICTED);
      if (s > load<u32>(tableAt(index, t), TABLE_WIDTH)) continue;
      const known = s == load<u32>(block, REACH) ? <f64>load<f32>(block, COST) : -1;
      const next = known >= 0 ? known : guess(t, s);
      if (next < least) {
        least = next;
        best = t;
      }
    }
    if (least == Infinity) break;
    cost += least;
    store<u32>(probed(best), load<u32>(probed(best), PREDICTED) + 1, PREDICTED);
    total++;
  }
  return cost;
}

/** Chooses the next step, or the scan. False: everything below the limit has been found. */
function choose(): bool {
  let total: u32 = 0;
  for (let t: u32 = 0; t < tables; t++) total += load<u32>(probed(t), REACH);
  if (total >= limit) return false;
  let spent = load<f64>(state, SPENT);
  let best: u32 = 0;
  let least: f64 = 0;
  for (;;) {
    least = Infinity;
    let known = true;
    for (let t: u32 = 0; t < tables; t++) {
      const block = probed(t);
      const s = load<u32>(block, REACH);
      const width = load<u32>(tableAt(index, t), TABLE_WIDTH);
      if (s > width) return false; // every bucket of the table has been looked up
      let cost = <f64>load<f32>(block, COST);
      const isKnown = cost >= 0;
      if (!isKnown) {
        const count = binomial(width, s);
        cost = count > CHEAP ? guess(t, s) : count * load<f64>(index, INDEX_COST_BUCKET);
      }
      if (cost < least) {
        least = cost;
        best = t;
        known = isKnown;
      }
    }
    const s = load<u32>(probed(best), REACH);
    if (known || binomial(load<u32>(tableAt(index, best), TABLE_WIDTH), s) > PEEKS) break;
    store<f32>(probed(best), <f32>peek(best, s), COST);
    spent += binomial(load<u32>(tableAt(index, best), TABLE_WIDTH), s) * load<f64>(index, INDEX_COST_BUCKET);
  }
  const s = load<u32>(probed(best), REACH);
  const scan = load<f64>(index, INDEX_COST_SCAN);
  if (spent + least > FREE * scan && (best > 0 || s > 0)) {
    let goal = load<u32>(state, EXPECTED);
    if (goal == 0) {
      goal = expectedLimit();
      store<u32>(state, goal, EXPECTED);
    }
    goal = min<u32>(limit, max<u32>(goal, total + 1));
    if (spent + predict(total, goal) > WORTH * scan) {
      startScan();
      return true;
    }
  }
  store<f64>(state, spent, SPENT);
  store<f32>(probed(best), 0, RATE);
  store<u32>(state, best, TABLE);
  store<u32>(state, s == 0 ? 0 : (1 << s) - 1, NEXT_MASK);
  store<u32>(state, 0, RANGE_AT);
  store<u32>(state, 0, RANGE_COUNT);
  store<u32>(state, 0, CHAIN_AT);
  store<u32>(state, 0, CHAIN_COUNT);
  store<u32>(state, PROBING, PHASE);
  return true;
}

/** Notes what a part of a table's step has cost. */
function spend(t: u32, cost: f64): void {
  store<f64>(state, load<f64>(state, SPENT) + cost, SPENT);
  store<f32>(probed(t), load<f32>(probed(t), RATE) + <f32>cost, RATE);
}

function startScan(): void {
  store<u32>(state, 1, FIND_SCANNED);
  startOver(load<u32>(index, INDEX_BITS), load<u32>(index, INDEX_COUNT) == 0);
  store<u32>(state, 0, POSITION);
  store<u32>(state, SCANNING, PHASE);
}

/**
 * Lists the places of `count` codes from entry, or of table 0 place, `from` on that may be below the limit: of table 0 by
 * the first two words of the codes against `cut`, of others by the signatures. Without branches, since few pass.
 */
// @ts-ignore: decorator
@inline
function sift(t: u32, items: usize, from: u32, count: u32, placeBits: u32, own: u64, cut: u32, list: usize): usize {
  if (t > 0) {
    const places = <u32>(((<u64>1) << placeBits) - 1);
    const signatures = 0x00ff_ffff_ffff_ffff ^ <u64>places;
    let entry = items + <usize>from * ENTRY_BYTES;
    for (const end = entry + <usize>count * ENTRY_BYTES; entry < end; entry += ENTRY_BYTES) {
      const value = load<u64>(entry);
      store<u32>(list, <u32>value & places);
      list += (<usize>(<u32>popcnt((value ^ own) & signatures) < cut)) << 2;
    }
    return list;
  }
  const query = state + FIND_QUERY;
  const q0 = load<u64>(query);
  let code = items + <usize>from * wordBytes;
  if (wordBytes == 8) {
    for (const end = code + (<usize>count << 3); code < end; code += 8) {
      store<u32>(list, from++);
      list += (<usize>(<u32>popcnt(load<u64>(code) ^ q0) < cut)) << 2;
    }
  } else {
    const q1 = load<u64>(query, 8);
    for (const end = code + <usize>count * wordBytes; code < end; code += wordBytes) {
      store<u32>(list, from++);
      const d = <u32>(popcnt(load<u64>(code) ^ q0) + popcnt(load<u64>(code, 8) ^ q1));
      list += (<usize>(d < cut)) << 2;
    }
  }
  return list;
}

/**
 * Looks up the next buckets of the step and lists those that hold codes, and the tail's chains. Nothing here waits for
 * what is looked up: no branch depends on it, so that the processor has many of these far loads under way at once.
 * The last loop asks for the codes or entries themselves, for the same reason.
 */
function lookUp(t: u32, table: usize): void {
  const starts: usize = load<u32>(table, TABLE_STARTS);
  const heads: usize = load<u32>(table, TABLE_HEADS);
  const value = load<u32>(probed(t), VALUE);
  const top = (<u32>1) << load<u32>(table, TABLE_WIDTH);
  const firstRange = state + RANGE_LIST;
  const firstChain = state + CHAIN_LIST;
  let range = firstRange;
  let chain = firstChain;
  let mask = load<u32>(state, NEXT_MASK);
  let left = RANGES;
  for (; mask < top && left > 0; left--) {
    const bucket: usize = (value ^ mask) << 2;
    const start = load<u32>(starts + bucket);
    const end = load<u32>(starts + bucket, 4);
    store<u32>(range, start);
    store<u32>(range, end, 4);
    range += (<usize>(start != end)) << 3;
    if (heads != 0) {
      const head = load<u32>(heads + bucket);
      store<u32>(chain, head);
      chain += (<usize>(head != 0)) << 2;
    }
    mask = nextMask(mask);
  }
  const items: usize = t > 0 ? load<u32>(table, TABLE_ENTRIES) : load<u32>(index, INDEX_CODES);
  const width = t > 0 ? ENTRY_BYTES : wordBytes;
  let touched: u32 = 0;
  for (let at = firstRange; at < range; at += 8) {
    const start = items + <usize>load<u32>(at) * width;
    const end = items + <usize>load<u32>(at, 4) * width;
    const far = min<usize>(end, start + FAR_BYTES);
    for (let line = start; line < far; line += 64) touched ^= load<u8>(line);
    touched ^= load<u8>(end - 1);
  }
  store<u32>(state, touched, TOUCHED);
  buckets += <f64>(RANGES - left);
  spend(
    t,
    <f64>(RANGES - left) * load<f64>(index, INDEX_COST_BUCKET) +
      <f64>((range - firstRange) >> 3) * load<f64>(index, INDEX_COST_RANGE),
  );
  store<u32>(state, mask, NEXT_MASK);
  store<u32>(state, 0, RANGE_AT);
  store<u32>(state, <u32>((range - firstRange) >> 3), RANGE_COUNT);
  store<u32>(state, load<u32>(firstRange), POSITION);
  store<u32>(state, 0, CHAIN_AT);
  store<u32>(state, <u32>((chain - firstChain) >> 2), CHAIN_COUNT);
}

/** Compares the next codes of the listed buckets. */
function compareBuckets(t: u32, table: usize): void {
  const codes: usize = load<u32>(index, INDEX_CODES);
  look(codes, load<u32>(index, INDEX_ORDER), 0, t);
  const items: usize = t > 0 ? load<u32>(table, TABLE_ENTRIES) : codes;
  const placeBits = load<u32>(index, INDEX_PLACE_BITS);
  const query = state + FIND_QUERY;
  const own = signature(query, load<u32>(table, TABLE_WINDOW), load<u32>(table, TABLE_TURN), placeBits);
  const cut = t > 0 ? limit - load<u32>(probed(t), REACH) : limit;
  const count = load<u32>(state, RANGE_COUNT);
  const list = state + CANDIDATES;
  let at = load<u32>(state, RANGE_AT);
  let from = load<u32>(state, POSITION);
  let left = PIECE;
  let end = list;
  while (at < count && left > 0) {
    const last = load<u32>(state + RANGE_LIST + (at << 3), 4);
    const to = min<u32>(last, from + left);
    if (t == 0 && to - from >= LONG) compareRun(from, to, codes, true);
    else end = sift(t, items, from, to - from, placeBits, own, cut, end);
    left -= to - from;
    from = to;
    if (to == last) {
      at++;
      from = load<u32>(state + RANGE_LIST + (at << 3));
    }
  }
  store<u32>(state, at, RANGE_AT);
  store<u32>(state, from, POSITION);
  compared += <f64>(PIECE - left);
  spend(t, <f64>(PIECE - left) * costOfOne(t));
  compareList(list, <u32>((end - list) >> 2), codes);
}

/** Lists the next places of the tail that hang in the listed chains, and compares their codes. */
function compareChains(t: u32, next: usize): void {
  const codes = load<u32>(index, INDEX_TAIL_CODES);
  look(codes, 0, load<u32>(index, INDEX_COUNT), t);
  const count = load<u32>(state, CHAIN_COUNT);
  let at = load<u32>(state, CHAIN_AT);
  const list = state + CANDIDATES;
  let size: u32 = 0;
  while (at < count && size < PIECE) {
    let link = load<u32>(state + CHAIN_LIST + (at << 2));
    for (; link != 0 && size < PIECE; size++) {
      store<u32>(list + (size << 2), link - 1);
      link = load<u32>(next + (<usize>(link - 1) << 2));
    }
    store<u32>(state + CHAIN_LIST + (at << 2), link); // a chain that is cut short goes on here
    at += <u32>(link == 0);
  }
  store<u32>(state, at, CHAIN_AT);
  compared += <f64>size;
  spend(t, <f64>size * load<f64>(index, INDEX_COST_RANGE));
  compareList(list, size, codes);
}

/** Compares the next codes of all. True: there are no more. */
function scanOn(): bool {
  const sorted = load<u32>(index, INDEX_COUNT);
  const inTail = load<u32>(state, PHASE) == SCANNING_TAIL;
  const codes: usize = inTail ? load<u32>(index, INDEX_TAIL_CODES) : load<u32>(index, INDEX_CODES);
  const count = inTail ? load<u32>(index, INDEX_TAIL_COUNT) : sorted;
  const from = load<u32>(state, POSITION);
  let to: u32;
  if (inTail && sorted > 0) {
    // Rows of a tail begin anywhere, but a scan takes its live rows by whole bytes.
    to = min<u32>(count, from + PIECE);
    look(codes, 0, sorted, tables);
    compareRun(from, to, codes, true);
  } else {
    to = min<u32>(count, from + SCAN_PIECE);
    if (from < to) to = scanSome(codes, from, to, inTail ? 0 : load<u32>(index, INDEX_ORDER));
  }
  compared += <f64>(to - from);
  store<u32>(state, to, POSITION);
  if (to < count) return false;
  if (inTail) return true;
  store<u32>(state, 0, POSITION);
  store<u32>(state, SCANNING_TAIL, PHASE);
  return false;
}

function scanSome(codes: usize, from: u32, to: u32, order: usize): u32 {
  const slot = state + SCAN_SLOT;
  const words = load<u32>(index, INDEX_WORDS);
  const reached = scan(codes, words, load<u32>(index, INDEX_BITS), slot, state + FIND_QUERY, from, to, live, order);
  const survived = load<u32>(slot, SLOT_FOUND);
  for (let i: u32 = 0; i < survived; i++) {
    const row = load<u32>(arena + SURVIVOR_ROWS + (i << 2));
    takeScanned(row, <u32>load<u16>(arena + SURVIVOR_DISTANCES + (i << 1)));
  }
  return reached;
}

/** Begins the search of a query, whose fields and words the host has written into the state, zeros elsewhere. */
export function openFind(ofIndex: usize, ofState: usize): void {
  index = ofIndex;
  tables = load<u32>(index, INDEX_TABLES);
  loadHits(index, ofState, 0, 0);
  for (let t: u32 = 0; t < tables; t++) {
    const table = tableAt(index, t);
    const block = probed(t);
    store<u32>(block, 0, REACH);
    store<u32>(block, substring(state + FIND_QUERY, load<u32>(table, TABLE_OFFSET), maskOf(table)), VALUE);
    store<f32>(block, -1, COST);
    store<f32>(block, 0, RATE);
  }
  if (tables == 0) startScan();
}

/**
 * Goes on with the search. 1: to be called again, after the host has drained the list of hits; 0: it is done, and the
 * heap's keys ascend. `live`: bitmap of the rows that may be hits; 0: all. An index without tables has all its codes
 * in the tail.
 */
export function find(ofIndex: usize, ofState: usize, live: usize): u32 {
  index = ofIndex;
  tables = load<u32>(index, INDEX_TABLES);
  const words = load<u32>(index, INDEX_WORDS);
  wordBytes = words << 3;
  loadHits(index, ofState, live, wordBytes);
  setQuery(state + FIND_QUERY, words, load<u32>(index, INDEX_BITS));
  compared = 0;
  buckets = 0;
  const done = goOn();
  if (done) sortHits();
  storeHits();
  store<f64>(state, load<f64>(state, FIND_COMPARED) + compared, FIND_COMPARED);
  store<f64>(state, load<f64>(state, FIND_PROBED) + buckets, FIND_PROBED);
  return <u32>!done;
}

/** True: done. */
function goOn(): bool {
  let done = false;
  while (!done) {
    const phase = load<u32>(state, PHASE);
    const more = phase == PROBING ? PIECE : HITS_CAPACITY;
    if (phase != CHOOSING && (!hasRoom(more) || compared + buckets > SLICE)) break;
    if (phase == CHOOSING) done = !choose();
    else if (phase == PROBING) probeOn();
    else done = scanOn();
  }
  return done;
}

function probeOn(): void {
  const t = load<u32>(state, TABLE);
  if (load<f64>(state, SPENT) > WORTH * load<f64>(index, INDEX_COST_SCAN) && t + load<u32>(probed(t), REACH) > 0) {
    startScan(); // the step costs more than it seemed to
    return;
  }
  const table = tableAt(index, t);
  if (load<u32>(state, RANGE_AT) < load<u32>(state, RANGE_COUNT)) {
    compareBuckets(t, table);
  } else if (load<u32>(state, CHAIN_AT) < load<u32>(state, CHAIN_COUNT)) {
    compareChains(t, load<u32>(table, TABLE_NEXT));
  } else if (load<u32>(state, NEXT_MASK) < (<u32>1) << load<u32>(table, TABLE_WIDTH)) {
    lookUp(t, table);
  } else {
    const block = probed(t);
    const s = load<u32>(block, REACH);
    const count = binomial(load<u32>(table, TABLE_WIDTH), s);
    store<f32>(block, load<f32>(block, RATE) / <f32>count, RATE);
    store<u32>(block, s + 1, REACH);
    store<f32>(block, -1, COST);
    store<u32>(state, CHOOSING, PHASE);
  }
}
