// Where things lie in a thread's part of the kernel's memory, its arena. The host reads these constants from the
// module's exports. Several threads run their own instance over one shared memory: whatever a call writes lies in its
// thread's arena, and module globals belong to an instance.

/** Address of this instance's arena, set once by the host. */
export let arena: usize = 0;

export function bind(address: usize): void {
  arena = address;
}

/** Most rows whose distances are worked out before they are filtered: 8 KB of scratch stay in the L1 cache. */
export const BLOCK: u32 = 4096;

/** Bytes of codes in one block: they and their distances fit into the L1 cache; twice as long ones read memory more slowly. */
export const BLOCK_BYTES: u32 = 32768;

/** Offset in the arena: distances of one block, u8 up to 248 bits, u16 above. */
export const DISTANCES: u32 = 0;

/** Rows that a scan let through, drained by the host after each call; room for at least two blocks. */
export const SURVIVOR_CAPACITY: u32 = 16384;
export const SURVIVOR_ROWS: u32 = DISTANCES + 2 * BLOCK;
export const SURVIVOR_DISTANCES: u32 = SURVIVOR_ROWS + 4 * SURVIVOR_CAPACITY;

/** Offset of the first query slot; how many there are is the host's choice. */
export const SLOTS_OFFSET: u32 = SURVIVOR_DISTANCES + 2 * SURVIVOR_CAPACITY;

// One slot: what a scan knows of its query. Offsets in bytes.
// @ts-ignore: decorator
@inline export const SLOT_LIMIT: u32 = 0; // rows at a distance below the limit can still be hits
// @ts-ignore: decorator
@inline export const SLOT_CLOSER: u32 = 4; // how many survivors are below the limit
// @ts-ignore: decorator
@inline export const SLOT_K: u32 = 8; // how many hits are wanted
// @ts-ignore: decorator
@inline export const SLOT_FOUND: u32 = 12; // survivors of the last call
// @ts-ignore: decorator
@inline export const SLOT_TIES: u32 = 16; // 1: rows as far as the k-th survive too, whatever their number
// @ts-ignore: decorator
@inline export const SLOT_PREFIX_WAIT: u32 = 20; // u16: blocks until a prefix is tried again
// @ts-ignore: decorator
@inline export const SLOT_PREFIX_PAUSE: u32 = 22; // u16: blocks of the last such wait; 0 when the last try paid
export const SLOT_HISTOGRAM: u32 = 24; // u32 [bits + 1], survivors by distance; then, 8-aligned, the query's words
