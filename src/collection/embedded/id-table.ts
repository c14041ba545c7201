/** A hash table of item numbers: open addressing with linear probing, the hash of 32 bits kept beside the number. */

/** Slots of a region that stays in the processor's cache while it is filled: 256 KiB. */
const REGION = 2 ** 15;
/** Filled more, probes get long. */
const MOST_FILLED = 0.7;

export class IdTable {
  /** Hash, and number + 1, in two neighbours; a number of 0: free. */
  #slots: Uint32Array;
  #mask: number;
  #used = 0;

  constructor() {
    this.#slots = new Uint32Array(2 * 1024);
    this.#mask = 1024 - 1;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The item of this hash that it is; undefined if there is none. */
  find(hash: number, is: (item: number) => boolean): number | undefined {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const value = this.#slots[2 * slot + 1]!;
      if (value === 0) return undefined;
      if (this.#slots[2 * slot] === hash && is(value - 1)) return value - 1;
    }
  }

  /** There must be room for it. */
  insert(hash: number, item: number): void {
    this.#used++;
    this.#place(hash, item + 1);
  }

  /** Many at once, in the order of their places: in any other, nearly every one waits for memory. */
  insertAll(hashes: Uint32Array, items: Uint32Array): void {
    this.reserve(hashes.length);
    const regions = Math.ceil((this.#mask + 1) / REGION);
    const starts = new Uint32Array(regions + 1);
    for (let i = 0; i < hashes.length; i++) starts[Math.floor((hashes[i]! & this.#mask) / REGION) + 1]!++;
    for (let region = 0; region < regions; region++) starts[region + 1]! += starts[region]!;
    const sorted = new Uint32Array(2 * hashes.length);
    for (let i = 0; i < hashes.length; i++) {
      const at = starts[Math.floor((hashes[i]! & this.#mask) / REGION)]!++;
      sorted[2 * at] = hashes[i]!;
      sorted[2 * at + 1] = items[i]!;
    }
    for (let i = 0; i < sorted.length; i += 2) this.insert(sorted[i]!, sorted[i + 1]!);
  }

  /** Whether it was there. */
  remove(hash: number, item: number): boolean {
    let free = hash & this.#mask;
    for (; this.#slots[2 * free + 1] !== item + 1; free = (free + 1) & this.#mask)
      if (this.#slots[2 * free + 1] === 0) return false;
    this.#used--;
    // Those behind it that a search would no longer reach move into the free slot.
    for (let slot = (free + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const value = this.#slots[2 * slot + 1]!;
      if (value === 0) break;
      const wanted = this.#slots[2 * slot]! & this.#mask;
      if (((slot - wanted) & this.#mask) < ((slot - free) & this.#mask)) continue;
      this.#slots[2 * free] = this.#slots[2 * slot]!;
      this.#slots[2 * free + 1] = value;
      free = slot;
    }
    this.#slots[2 * free + 1] = 0;
    return true;
  }

  /** Room for so many more. */
  reserve(more: number): void {
    let size = this.#mask + 1;
    while (this.#used + more > MOST_FILLED * size) size *= 2;
    if (size === this.#mask + 1) return;
    const old = this.#slots;
    this.#mask = size - 1;
    this.#slots = new Uint32Array(2 * size);
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.#place(old[i]!, old[i + 1]!);
  }

  #place(hash: number, value: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = value;
  }
}
