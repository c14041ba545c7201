export type { BitOrder } from './bit-order.ts';
export { Codes, type CodesOptions, MAX_BITS, MIN_BITS, type PackedOptions } from './codes.ts';
export { hammingDistance } from './hamming.ts';
