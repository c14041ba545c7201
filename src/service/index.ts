export {
  makeToken,
  readTokens,
  TOKENS_FORMAT,
  type TokenEntry,
  type TokensFile,
} from './auth/tokens-file.ts';
export type { ServedCollection, ServedModel } from './catalog.ts';
export { builtPage } from './http/web.ts';
export { stopOnSignals } from './lifecycle.ts';
export { LIMITS, type Limits } from './limits.ts';
export { type LogOptions, serviceLogger } from './log.ts';
export { openApiDocument } from './openapi.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
