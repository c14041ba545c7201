/**
 * How a service stands load: its capacity, then latency at 70 % of it, then three times as much as it can do, in several
 * rounds: a machine that others use is not as fast in one minute as in the next. It serves in one process and is asked by
 * another, on the same machine.
 */

import { throwIfAborted } from '../../errors.ts';
import { Random } from '../../random.ts';
import { closedLoop, type Load, openLoop } from './generate.ts';
import { mixOf } from './requests.ts';
import { LoadServer } from './server.ts';
import { type Outcome, Tally } from './tally.ts';

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
  /** As many as are answered by so many connections that ask again at once: of 8 and of 32 those that get more. */
  readonly capacity: Outcome & { readonly connections: number };
  /** At 70 % of the capacity of the same round. */
  readonly steady: Outcome;
  /** At 300 %; `share` of the capacity that was still answered. */
  readonly overload: Outcome & { readonly share: number };
  /** Bytes of the serving process: means of the first and the last fifth of the steady phase. */
  readonly memory: { readonly first: number; readonly last: number; readonly drift: number };
}

/** Shares of the seconds. The first requests run slowly compiled code: they are not measured. */
const PHASES = { warm: 0.05, choice: 0.05, capacity: 0.2, steady: 0.5, overload: 0.2 };
/** Seconds of a round at least: long against the requests in it, short against the machine's changes. */
const ROUND = 6;
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
    const load = { port: server.port, requests, connections: OPEN_CONNECTIONS };
    const rounds = Math.max(1, Math.floor(seconds / ROUND));
    const next = (phase: keyof typeof PHASES, parts = rounds) => {
      throwIfAborted(signal, 'the measurement', 'Its collection was removed.');
      return { ...load, seconds: (seconds * PHASES[phase]) / parts };
    };
    const [capacity, steady, overload] = [new Tally(), new Tally(), new Tally()];
    const seen: number[] = [];
    await closedLoop(next('warm', 1));
    const connections = await chosen(next('choice', CONNECTIONS.length));
    for (let round = 0; round < rounds; round++) {
      onProgress(`round ${round + 1} of ${rounds}`);
      const most = await closedLoop({ ...next('capacity'), connections });
      capacity.merge(most);
      const watched = watch(server, seen);
      steady.merge(await openLoop({ ...next('steady'), rate: STEADY * most.goodput }));
      await watched();
      overload.merge(await openLoop({ ...next('overload'), rate: OVERLOAD * most.goodput }));
    }
    return {
      items,
      bits,
      k,
      reads,
      capacity: { ...capacity.outcome(), connections },
      steady: steady.outcome(),
      overload: { ...overload.outcome(), share: overload.goodput / capacity.goodput },
      memory: driftOf(seen),
    };
  } finally {
    await server.end();
  }
}

/**
 * The number of connections that get more answers. Chosen before anything is measured: the better of two in every round
 * would be the luckier one, too.
 */
async function chosen(load: Load): Promise<number> {
  const goodputs: number[] = [];
  for (const connections of CONNECTIONS) goodputs.push((await closedLoop({ ...load, connections })).goodput);
  return CONNECTIONS[goodputs.indexOf(Math.max(...goodputs))]!;
}

/** Notes the memory until the returned function is called. */
function watch(server: LoadServer, seen: number[]): () => Promise<void> {
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      seen.push(await server.memory());
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return () => {
    stopped = true;
    return watching;
  };
}

function driftOf(seen: readonly number[]): LoadReport['memory'] {
  const fifth = Math.max(1, Math.floor(seen.length / 5));
  const mean = (some: readonly number[]): number => some.reduce((sum, one) => sum + one, 0) / some.length;
  const [first, last] = [mean(seen.slice(0, fifth)), mean(seen.slice(-fifth))];
  return { first, last, drift: last / first - 1 };
}
