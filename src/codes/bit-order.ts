/** The two orders of bits in a byte that `numpy.packbits` knows. */

/** `little`: the first bit is the least significant one, as in `Codes`; `big`: the most significant, NumPy's default. */
export type BitOrder = 'little' | 'big';

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/** A copy with the bits of every byte the other way round: from either order to the other. */
export const reverseBits = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const reversed = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) reversed[i] = REVERSED[bytes[i]!]!;
  return reversed;
};
