// Which of several kernels that give the same distances this instance runs. The host measures and chooses, one bit a
// class of widths: codes of 1, 2, 3, and of 4 or more words.

let variant: u32 = 0;

/** Bits 0 … 3: i8x16.popcnt instead of i64.popcnt. Bits 4 … 7: long scans read at two places at once. */
export function setVariant(bits: u32): void {
  variant = bits;
}

// @ts-ignore: decorator
@inline
export function usesSimd(words: u32): bool {
  return <bool>((variant >> (min(words, 4) - 1)) & 1);
}

// @ts-ignore: decorator
@inline
export function usesTwoStreams(words: u32): bool {
  return <bool>((variant >> (min(words, 4) + 3)) & 1);
}
