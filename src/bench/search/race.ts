/** Times of engines on the same queries: rounds in turn, so that a busy machine is busy for all. */
import { throwIfAborted } from '../../errors.ts';
import type { LoadedEngine } from './engine.ts';

export interface Pace {
  /** Rounds of each engine. */
  readonly rounds: number;
  /** A round goes on for so long, in ms, within the bounds below. */
  readonly roundMs: number;
  /** Calls that each engine gets altogether, so that there is a 99th percentile … */
  readonly leastCalls: number;
  /** … unless they would take longer than this, in ms; but two a round, one where it takes over a second. */
  readonly mostMs: number;
}

/** The usual pace; a single query gets 100 calls at least, up to 12 s an engine. */
export const PACE: Pace = { rounds: 5, roundMs: 300, leastCalls: 100, mostMs: 12_000 };
export const QUICK_PACE: Pace = { rounds: 3, roundMs: 200, leastCalls: 100, mostMs: 1_500 };

const WARM_UP_CALLS = 3;
/** A call that takes so long is no better for being repeated. */
const SLOW_MS = 1000;
const MAX_CALLS = 200;

export interface Summary {
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Timed calls. */
  readonly calls: number;
}

/** One summary an engine. A first round of each is a warm-up that also sets the number of calls. */
export async function race(
  engines: readonly LoadedEngine[],
  { k, batch, threads }: { readonly k: number; readonly batch: number; readonly threads: number },
  pace: Pace,
  signal?: AbortSignal,
): Promise<Summary[]> {
  const calls: number[] = [];
  for (const engine of engines) {
    throwIfAborted(signal, 'the benchmark');
    const warm = await engine.time(k, batch, threads, 0, 1);
    if (warm[0]! < SLOW_MS) warm.push(...(await engine.time(k, batch, threads, batch, WARM_UP_CALLS)));
    calls.push(callsOf(Math.min(...warm), pace, batch));
  }
  const times = engines.map((): number[] => []);
  for (let round = 0; round < pace.rounds; round++) {
    for (const [i, engine] of engines.entries()) {
      throwIfAborted(signal, 'the benchmark');
      const from = round * calls[i]! * batch;
      times[i]!.push(...(await engine.time(k, batch, threads, from, calls[i]!)));
    }
  }
  return times.map(summary);
}

/** Calls a round. */
function callsOf(ms: number, { rounds, roundMs, leastCalls, mostMs }: Pace, batch: number): number {
  const one = Math.max(ms, 1e-3);
  // A call of many queries is an average already.
  const least = Math.min(leastCalls / batch, mostMs / one) / rounds;
  return Math.max(one < SLOW_MS ? 2 : 1, Math.min(MAX_CALLS, Math.ceil(Math.max(roundMs / one, least))));
}

export function summary(times: readonly number[]): Summary {
  const order = [...times].sort((a, b) => a - b);
  return {
    medianMs: order[order.length >> 1]!,
    p99Ms: order[Math.ceil(0.99 * order.length) - 1]!,
    calls: times.length,
  };
}
