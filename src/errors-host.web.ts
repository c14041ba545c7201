/** In browsers there are no such errors. */
import type { HOST_ERRORS as Host } from './errors-host.ts';

export const HOST_ERRORS = {} as typeof Host;
