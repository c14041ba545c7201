/** Float32 → IEEE 754 half precision, to nearest, ties to even; what `data/float16.ts` decodes. */

/** Half-precision bit patterns `[n]` of `[n]` values; beyond ±65,504 infinity. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, encode);
}

function encode(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const magnitude = float & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // from 65,536 on, infinity included
  // Below the smallest normal half, 2⁻¹⁴, steps have one size, 2⁻²⁴; above, the lower 13 bits of the fraction go.
  if (magnitude < 0x38800000) return sign | roundHalfEven(absoluteOf(magnitude) * 2 ** 24);
  // A fraction that rounds up to 2 carries into the exponent, and from 65,520 on into infinity, as it should.
  return sign | roundHalfEven((magnitude - 0x38000000) / 2 ** 13);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function absoluteOf(magnitude: number): number {
  scratchBits[0] = magnitude;
  return scratch[0]!;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
