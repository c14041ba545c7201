/** Who writes: kept in the records, where taking the lock is one transaction, and every commit looks whether it still holds. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';

const schema = z.strictObject({
  process: z.number().int().min(1),
  host: z.string(),
  /** When the process began, as the kernel counts it: numbers of processes come again. Empty where unknown. */
  began: z.string(),
  since: z.string(),
  /** Tells two writers of one process apart. */
  token: z.string(),
});

export type Holder = Readonly<z.infer<typeof schema>>;

export const thisHolder = (): Holder => ({
  process: process.pid,
  host: hostname(),
  began: beganAt(process.pid),
  since: new Date().toISOString(),
  token: randomBytes(8).toString('hex'),
});

export function parseHolder(value: Buffer | undefined): Holder | undefined {
  return value && schema.parse(JSON.parse(value.toString('utf8')));
}

/** Without a holder: another took over, and is gone by now. */
export const locked = (folder: string, holder: Holder | undefined): UnseenError =>
  new UnseenError('COLLECTION_LOCKED', {
    folder,
    process: holder?.process ?? 'another',
    host: holder?.host ?? 'another machine',
    since: holder?.since ?? 'this one began',
  });

/** Another machine's processes cannot be asked: they are believed to live. */
export function isAlive({ process: pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0); // no signal: only asks
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = beganAt(pid);
  return began === '' || now === '' || now === began;
}

/** Field 22 of Linux' /proc/PID/stat, behind the name in brackets; empty on other systems. */
function beganAt(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
