export { Codes, type CodesOptions, MAX_BITS, MIN_BITS } from './codes.ts';
export { hammingDistance } from './hamming.ts';
