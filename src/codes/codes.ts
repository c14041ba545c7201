/**
 * Packed binary codes: `[count, bits/8]` bytes; bit `j` of an item is bit `j mod 8` of byte `j div 8`, least
 * significant first. This is NumPy's `packbits(bitorder='little')` and the layout of FAISS' binary indexes.
 */
import { UnseenError } from '../errors.ts';
import { type BitOrder, reverseBits } from './bit-order.ts';
import { base64ToBytes, bytesToBase64, bytesToBitString, bytesToHex, hexToBytes } from './text.ts';

/** Smallest, largest and unit of a code's length in bits. */
export const MIN_BITS = 8;
export const MAX_BITS = 4096;

export interface CodesOptions {
  /** Length of a code in bits: a multiple of 8 from 8 to 4096. */
  readonly bits: number;
}

export interface PackedOptions extends CodesOptions {
  /** Order of the bits in a byte: `little`, as here, or `big`, as `numpy.packbits` has it by default. Default: little. */
  readonly bitOrder?: BitOrder;
}

export class Codes {
  readonly count: number;
  readonly bits: number;
  /** `[count, bytesPerCode]`, row-major. Treat as read-only. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array, bits: number) {
    this.bytes = bytes;
    this.bits = bits;
    this.count = bytes.length / (bits / 8);
  }

  /**
   * Takes packed bytes as they are (not copied); with `bitOrder: 'big'` a copy of them in the order of this class.
   * @throws `CODES_BITS_INVALID`, or `CODES_LENGTH_INVALID` if the bytes are not a whole number of codes.
   */
  static fromBytes(bytes: Uint8Array, { bits, bitOrder = 'little' }: PackedOptions): Codes {
    checkBits(bits);
    checkOrder(bitOrder);
    if (bytes.length % (bits / 8) !== 0) {
      throw new UnseenError('CODES_LENGTH_INVALID', {
        what: 'bytes',
        received: bytes.length,
        unit: bits / 8,
      });
    }
    return new Codes(bitOrder === 'big' ? reverseBits(bytes) : bytes, bits);
  }

  /**
   * Signs of real values `[n, bits]`, row-major: a bit is 1 where the value is > 0, so 0 and −0 give 0.
   * @throws `CODES_VALUE_NAN` naming the row and the bit; `CODES_LENGTH_INVALID`; `CODES_BITS_INVALID`.
   */
  static fromReal(values: Float32Array, { bits }: CodesOptions): Codes {
    checkBits(bits);
    if (values.length % bits !== 0) {
      throw new UnseenError('CODES_LENGTH_INVALID', { what: 'values', received: values.length, unit: bits });
    }
    const bytes = new Uint8Array(values.length / 8);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value > 0)
        bytes[i >> 3]! |= 1 << (i & 7); // a row is whole bytes, so bit i of all is bit i mod 8
      else if (Number.isNaN(value)) {
        throw new UnseenError('CODES_VALUE_NAN', { row: Math.floor(i / bits), bit: i % bits });
      }
    }
    return new Codes(bytes, bits);
  }

  /**
   * From hexadecimal texts, one a code, two digits a byte in byte order; upper or lower case.
   * `bits` defaults to what the first text holds; an empty list needs it.
   * @throws `CODES_TEXT_INVALID` naming the row.
   */
  static fromHex(list: readonly string[], options?: CodesOptions): Codes {
    const bits = options?.bits ?? (list[0]?.length ?? 0) * 4;
    checkBits(bits);
    const bytes = new Uint8Array((list.length * bits) / 8);
    for (const [row, text] of list.entries()) bytes.set(hexToBytes(text, bits / 8, row), (row * bits) / 8);
    return new Codes(bytes, bits);
  }

  /**
   * From base64 texts (standard alphabet, padded), one a code.
   * @throws `CODES_TEXT_INVALID` naming the row; `CODES_BITS_INVALID`.
   */
  static fromBase64(list: readonly string[], { bits }: CodesOptions): Codes {
    checkBits(bits);
    const bytes = new Uint8Array((list.length * bits) / 8);
    for (const [row, text] of list.entries()) bytes.set(base64ToBytes(text, bits / 8, row), (row * bits) / 8);
    return new Codes(bytes, bits);
  }

  get bytesPerCode(): number {
    return this.bits / 8;
  }

  /** `[count, bytesPerCode]`: the shape of the `.npy` form. */
  get shape(): readonly [number, number] {
    return [this.count, this.bytesPerCode];
  }

  /** A copy of the packed bytes, `[count, bytesPerCode]`, with bits in either order. Default: little, as in `bytes`. */
  toBytes({ bitOrder = 'little' }: { readonly bitOrder?: BitOrder } = {}): Uint8Array<ArrayBuffer> {
    checkOrder(bitOrder);
    return bitOrder === 'big' ? reverseBits(this.bytes) : this.bytes.slice();
  }

  /** The bytes of one code: a view, not a copy. */
  row(i: number): Uint8Array {
    this.#checkRow(i);
    return this.bytes.subarray(i * this.bytesPerCode, (i + 1) * this.bytesPerCode);
  }

  /** Rows `from … to−1` as a view of the same bytes; the ends are clipped and counted like `Array.slice`. */
  slice(from = 0, to = this.count): Codes {
    const start = from < 0 ? Math.max(0, this.count + from) : Math.min(from, this.count);
    const end = to < 0 ? Math.max(0, this.count + to) : Math.min(to, this.count);
    const width = this.bytesPerCode;
    return new Codes(this.bytes.subarray(start * width, Math.max(start, end) * width), this.bits);
  }

  /** A copy of the named rows, in the given order; a row may come more than once. */
  take(rows: ArrayLike<number>): Codes {
    const width = this.bytesPerCode;
    const bytes = new Uint8Array(rows.length * width);
    for (let i = 0; i < rows.length; i++) bytes.set(this.row(rows[i]!), i * width);
    return new Codes(bytes, this.bits);
  }

  /** Two lowercase digits a byte, in byte order. */
  toHex(i: number): string {
    return bytesToHex(this.row(i));
  }

  /** Standard alphabet, padded. */
  toBase64(i: number): string {
    return bytesToBase64(this.row(i));
  }

  /**
   * `bits` characters 0 and 1 with bit 0 leftmost: the text of a Postgres `bit(n)` value, as pgvector reads it.
   * Distances do not depend on the order as long as every code is written the same way.
   */
  toBitString(i: number): string {
    return bytesToBitString(this.row(i));
  }

  /** `[count, bits]` of −1 and +1, row-major: the inverse of `fromReal`. */
  unpack(): Float32Array {
    const values = new Float32Array(this.count * this.bits);
    for (let i = 0; i < values.length; i++) values[i] = (this.bytes[i >> 3]! >> (i & 7)) & 1 ? 1 : -1;
    return values;
  }

  #checkRow(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.count) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'row',
        reason: `must be a whole number from 0 to ${this.count - 1}`,
        received: i,
      });
    }
  }
}

function checkBits(bits: number): void {
  if (!Number.isInteger(bits) || bits < MIN_BITS || bits > MAX_BITS || bits % 8 !== 0) {
    throw new UnseenError('CODES_BITS_INVALID', { received: bits, min: MIN_BITS, max: MAX_BITS });
  }
}

function checkOrder(bitOrder: BitOrder): void {
  if (bitOrder === 'little' || bitOrder === 'big') return;
  const reason = 'must be "little" or "big"';
  throw new UnseenError('ARGUMENT_INVALID', { name: 'bitOrder', reason, received: bitOrder });
}
