/**
 * How a service stands load: its capacity, then latency at 70 % of it, then three times as much as it can do. It serves in
 * one process and is asked by another, on the same machine.
 */

import { throwIfAborted } from '../../errors.ts';
import { Random } from '../../random.ts';
import { closedLoop, type Load, type Outcome, openLoop } from './generate.ts';
import { mixOf } from './requests.ts';
import { LoadServer } from './server.ts';

export interface LoadOptions {
  /** Random codes in the collection, 1,000 … 10,000,000. Default: 1,000,000. */
  readonly items?: number;
  /** Of a code, a multiple of 8. Default: 64. */
  readonly bits?: number;
  /** Hits of a search, 1 … 1,000. Default: 10. */
  readonly k?: number;
  /** Share of searches, 0 … 1; the rest replace items. Default: 0.95. */
  readonly reads?: number;
  /** All phases together, without filling the collection: 2 … 86,400. Default: 60. */
  readonly seconds?: number;
  /** Threads of a search. Default: 1. */
  readonly threads?: number;
  /** Where the collection is for the time of the run. Default: the system's folder for such things. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

export interface LoadReport {
  readonly items: number;
  readonly bits: number;
  readonly k: number;
  readonly reads: number;
  /** As many as are answered, by 8 or by 32 connections: those that get more. */
  readonly capacity: Outcome;
  /** At 70 % of the capacity. */
  readonly steady: Outcome & { readonly rate: number };
  /** At 300 %; `share` of the capacity that was still answered. */
  readonly overload: Outcome & { readonly rate: number; readonly share: number };
  /** Bytes of the serving process: means of the first and the last fifth of the steady phase. */
  readonly memory: { readonly first: number; readonly last: number; readonly drift: number };
}

/** Shares of the seconds. The first requests run slowly compiled code: they are not measured. */
const PHASES = { warm: 0.1, capacity: 0.2, steady: 0.5, overload: 0.2 };
const STEADY = 0.7;
const OVERLOAD = 3;
/** Of the capacity: as many as run by the defaults of the service, and enough that writes share their flushes. */
const CONNECTIONS = [8, 32];
/** Of a rate that does not wait: enough that the service says no, and not the lack of connections. */
const OPEN_CONNECTIONS = 256;

/** @throws `ABORTED`, `SYSTEM_FAILED` */
export async function benchServe(options: LoadOptions = {}): Promise<LoadReport> {
  const { items = 1_000_000, bits = 64, k = 10, reads = 0.95, seconds = 60, threads = 1 } = options;
  const { signal, folder, onProgress = () => {} } = options;
  onProgress(`${items} items of ${bits} bits`);
  const server = await LoadServer.start({ items, bits, threads, ...(folder !== undefined && { folder }) });
  try {
    const requests = mixOf({ items, bits, k, reads }, new Random(2, 'requests'));
    const load = { port: server.port, requests };
    const next = (phase: keyof typeof PHASES) => {
      throwIfAborted(signal, 'the measurement', 'Its collection was removed.');
      onProgress(phase);
      return { ...load, seconds: seconds * PHASES[phase] };
    };
    await most(next('warm'));
    const capacity = await most(next('capacity'));
    const rate = STEADY * capacity.goodput;
    const watched = watch(server);
    const steady = await openLoop({ ...next('steady'), connections: OPEN_CONNECTIONS, rate });
    const memory = await watched();
    const tooMuch = OVERLOAD * capacity.goodput;
    const overload = await openLoop({ ...next('overload'), connections: OPEN_CONNECTIONS, rate: tooMuch });
    return {
      items,
      bits,
      k,
      reads,
      capacity,
      steady: { ...steady, rate },
      overload: { ...overload, rate: tooMuch, share: overload.goodput / capacity.goodput },
      memory,
    };
  } finally {
    await server.end();
  }
}

/** The better of the numbers of connections, each with its part of the time. */
async function most({ seconds, ...load }: Omit<Load, 'connections'>): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const connections of CONNECTIONS)
    outcomes.push(await closedLoop({ ...load, connections, seconds: seconds / CONNECTIONS.length }));
  return outcomes.reduce((best, one) => (one.goodput > best.goodput ? one : best));
}

/** Looks at the memory until the returned function is called. */
function watch(server: LoadServer): () => Promise<LoadReport['memory']> {
  const seen: number[] = [];
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      seen.push(await server.memory());
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    const fifth = Math.max(1, Math.floor(seen.length / 5));
    const mean = (some: readonly number[]): number => some.reduce((sum, one) => sum + one, 0) / some.length;
    const [first, last] = [mean(seen.slice(0, fifth)), mean(seen.slice(-fifth))];
    return { first, last, drift: last / first - 1 };
  };
}
