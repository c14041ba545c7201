// How an index of substrings lies in memory (Norouzi, Punjani, Fleet, "Fast exact search in Hamming space with
// multi-index hashing", arXiv 1307.2982). A code is cut into consecutive substrings; table t has one bucket for every
// value of substring t.
//
// The codes are sorted by substring 0, so a bucket of table 0 is a run of codes. The other tables list places in that
// order: bucket v is entries starts[v] … starts[v + 1] − 1. An entry of 56 bits is a place and, in the bits that the
// number of codes leaves, a signature: bits of the code outside the substring. Most codes of a bucket that are too far
// are so passed over without going where they stand. Codes added later form the tail: they stand behind, in the order
// they came, and hang in their buckets as chains.
//
// All fields are u32, written by the host, unless stated otherwise.

export const INDEX_CODES: u32 = 0; // address of the sorted codes, whole 64-bit words each
export const INDEX_ORDER: u32 = 4; // address of u32 [count]: row of every place
export const INDEX_COUNT: u32 = 8;
export const INDEX_WORDS: u32 = 12; // 64-bit words a code
export const INDEX_BITS: u32 = 16;
export const INDEX_TABLES: u32 = 20; // 0: no tables, every search compares all codes
export const INDEX_TAIL_CODES: u32 = 24; // address of the codes of rows count, count + 1, …
export const INDEX_TAIL_COUNT: u32 = 28;
export const INDEX_SAMPLE: u32 = 32; // address of some of the codes, drawn evenly
export const INDEX_SAMPLE_COUNT: u32 = 36;
export const INDEX_BINOMIALS: u32 = 40; // address of f64 [BINOMIALS][BINOMIALS]: n over s at n · BINOMIALS + s
export const INDEX_PLACE_BITS: u32 = 44; // of an entry's place, 16 … 32
// Costs of the parts of a search, f64, in ns.
export const INDEX_COST_BUCKET: u32 = 48; // look up where a bucket begins and ends
export const INDEX_COST_RANGE: u32 = 56; // go to a bucket that is not empty
export const INDEX_COST_ENTRY: u32 = 64; // compare a code found through an entry
export const INDEX_COST_RUN: u32 = 72; // compare a code in a run
export const INDEX_COST_SCAN: u32 = 80; // compare all codes
/** Then one block a table. */
export const INDEX_FIRST_TABLE: u32 = 96;

// One table.
export const TABLE_OFFSET: u32 = 0; // first bit of the substring
export const TABLE_WIDTH: u32 = 4; // its bits, 1 … 24
export const TABLE_STARTS: u32 = 8; // address of u32 [2^width + 1]
export const TABLE_ENTRIES: u32 = 12; // address of [count] entries, readable for 8 bytes more; table 0 has none
export const TABLE_HEADS: u32 = 16; // address of u32 [2^width]: place in the tail + 1 of the last code added; 0: none
export const TABLE_NEXT: u32 = 20; // address of u32 [tail capacity]: the same of the code added before
// A signature is the lowest bits of a window of 64 bits, turned so that the substring is in the highest.
export const TABLE_WINDOW: u32 = 24; // first byte of the window in a code
export const TABLE_TURN: u32 = 28; // bits to turn it right
export const TABLE_BYTES: u32 = 32;

export const ENTRY_BYTES: u32 = 7;

export const BINOMIALS: u32 = 26;

/** A substring of at most 25 bits; reads up to 3 bytes behind the code. */
// @ts-ignore: decorator
@inline
export function substring(code: usize, offset: u32, mask: u32): u32 {
  return (load<u32>(code + (offset >> 3)) >> (offset & 7)) & mask;
}

// @ts-ignore: decorator
@inline
export function tableAt(index: usize, t: u32): usize {
  return index + INDEX_FIRST_TABLE + t * TABLE_BYTES;
}

// @ts-ignore: decorator
@inline
export function maskOf(table: usize): u32 {
  return ((<u32>1) << load<u32>(table, TABLE_WIDTH)) - 1;
}

/** What the entry of a code holds above its place. */
// @ts-ignore: decorator
@inline
export function signature(code: usize, window: u32, turn: u32, placeBits: u32): u64 {
  return (rotr<u64>(load<u64>(code + window), turn) << placeBits) & 0x00ff_ffff_ffff_ffff;
}
