/** Bitmaps over rows: bit `row mod 8` of byte `row div 8`. */

export const bitmapBytes = (rows: number): number => Math.ceil(rows / 8);

export const hasBit = (bitmap: Uint8Array, row: number): boolean =>
  ((bitmap[row >>> 3]! >> (row & 7)) & 1) === 1;

export function setBit(bitmap: Uint8Array, row: number): void {
  bitmap[row >>> 3]! |= 1 << (row & 7);
}

export function clearBit(bitmap: Uint8Array, row: number): void {
  bitmap[row >>> 3]! &= ~(1 << (row & 7));
}

/** Sets bits `from … to−1` to 1. */
export function setBits(bitmap: Uint8Array, from: number, to: number): void {
  let row = from;
  for (; row < to && row % 8 > 0; row++) setBit(bitmap, row);
  const whole = to - (to % 8);
  if (row < whole) {
    bitmap.fill(255, row / 8, whole / 8);
    row = whole;
  }
  for (; row < to; row++) setBit(bitmap, row);
}

/** Which rows can be found: all, until the first is deleted. */
export class LiveRows {
  #rows = 0;
  #deleted = 0;
  /** At least as long as the rows need; absent while none is deleted. */
  #bitmap: Uint8Array | undefined;

  get rows(): number {
    return this.#rows;
  }

  get count(): number {
    return this.#rows - this.#deleted;
  }

  /** `[ceil(rows/8)]`, 1 = live, bits behind the last row 0; undefined while all are. */
  get bitmap(): Uint8Array | undefined {
    return this.#bitmap?.subarray(0, bitmapBytes(this.#rows));
  }

  has(row: number): boolean {
    return row < this.#rows && (!this.#bitmap || hasBit(this.#bitmap, row));
  }

  append(rows: number): void {
    const to = this.#rows + rows;
    if (this.#bitmap) {
      if (bitmapBytes(to) > this.#bitmap.length) {
        const longer = new Uint8Array(bitmapBytes(to + (to >> 2)));
        longer.set(this.#bitmap);
        this.#bitmap = longer;
      }
      setBits(this.#bitmap, this.#rows, to);
    }
    this.#rows = to;
  }

  /** Whether the row was live. */
  delete(row: number): boolean {
    if (!this.has(row)) return false;
    if (!this.#bitmap) {
      this.#bitmap = new Uint8Array(bitmapBytes(this.#rows));
      setBits(this.#bitmap, 0, this.#rows);
    }
    clearBit(this.#bitmap, row);
    this.#deleted++;
    return true;
  }
}
