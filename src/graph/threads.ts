/** Threads of ONNX Runtime inside one operation, for all sessions of this process that do not say otherwise. */
let chosen: number | undefined;

/** What was set, or undefined: then every session takes all cores. */
export const defaultThreads = (): number | undefined => chosen;

/**
 * Sets it for sessions that are opened from now on, and returns what it was. Results may differ in the last bits between
 * thread counts: who wants figures that do not depend on the machine's cores sets it.
 */
export function setDefaultThreads(threads: number | undefined): number | undefined {
  const before = chosen;
  chosen = threads;
  return before;
}
