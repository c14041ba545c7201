/** Bits of a packed code in hexadecimal: bit `j` of an item is bit `j mod 8` of byte `j div 8`, as Unseen lays codes out. */

/** `[bits]`, each 0 or 1. */
export function bitsOf(hex: string): Uint8Array {
  const bits = new Uint8Array(hex.length * 4);
  for (let byte = 0; byte < hex.length / 2; byte++) {
    const value = Number.parseInt(hex.slice(byte * 2, byte * 2 + 2), 16);
    for (let bit = 0; bit < 8; bit++) bits[byte * 8 + bit] = (value >> bit) & 1;
  }
  return bits;
}

/** Places of the bits in a picture of rows, sorted by what is to be seen there. */
export interface BitPlaces {
  /** Cells in a row. */
  readonly columns: number;
  readonly rows: number;
  readonly on: readonly number[];
  readonly off: readonly number[];
  /** Set here, not in the query. */
  readonly onDiffers: readonly number[];
  /** Set in the query, not here. */
  readonly offDiffers: readonly number[];
}

/** As square as rows of 8 or 16 … allow; 64 bits are 8 × 8. */
export function placesOf(code: string, query?: string): BitPlaces {
  const bits = bitsOf(code);
  const other = query === undefined || query.length !== code.length ? bits : bitsOf(query);
  let columns = 8;
  while (columns * columns < bits.length) columns *= 2;
  const at = (wanted: (bit: number, asked: number) => boolean): number[] =>
    Array.from(bits.keys()).filter((i) => wanted(bits[i]!, other[i]!));
  return {
    columns,
    rows: Math.ceil(bits.length / columns),
    on: at((bit, asked) => bit === 1 && asked === 1),
    off: at((bit, asked) => bit === 0 && asked === 0),
    onDiffers: at((bit, asked) => bit === 1 && asked === 0),
    offDiffers: at((bit, asked) => bit === 0 && asked === 1),
  };
}
