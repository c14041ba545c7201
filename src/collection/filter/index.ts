export { canonicalFilter } from './canonical.ts';
export { compileFilter, matches } from './compile.ts';
export { parseFilter } from './parse.ts';
export { FILTER_LIMITS, type Filter } from './types.ts';
