/** Named moments of a write, in their order. Tests stop the program at each of them; else they are nothing. */
export const STEPS = [
  'segment created',
  'segment folder synced',
  'segment half written',
  'segment written',
  'segment synced',
  'records written',
  'records committed',
  'memory updated',
  'generation staged',
  'compaction written',
  'compaction committed',
  'reencoding written',
  'reencoding committed',
  'old segments removed',
  'old records removed',
] as const;

export type Step = (typeof STEPS)[number];

let hook: ((name: Step) => void) | undefined;

/** For tests: called at every step; what it throws fails the write as the system would. */
export function onStep(next: ((name: Step) => void) | undefined): void {
  hook = next;
}

export const step = (name: Step): void => hook?.(name);
