/** A batch of queries to a multi-index by several threads: each takes the next query, the caller's thread too. */
import type { MihShard, ShardQuery } from '../mih/shard.ts';
import type { Found } from '../store.ts';
import { poolThreads } from './pool.ts';
import type { FindJob } from './thread-main.ts';

/** Hits of one query, and what they took. */
export interface FoundWithWork extends Found {
  readonly compared: number;
  readonly probed: number;
  readonly scanned: boolean;
}

/** Whether `findInThreads` takes it: hits are then kept in the state, not drained by the host. */
export const threadable = (shard: MihShard, query: ShardQuery): boolean =>
  shard.memory.shared && shard.states[0]!.keepsHits(query);

/** Hits of every query, by (distance, row), in the order of the queries. All of them are `threadable`. */
export async function findInThreads(
  shard: MihShard,
  queries: readonly ShardQuery[],
  threads: number,
  pause: () => Promise<void> | undefined,
): Promise<FoundWithWork[]> {
  const wanted = Math.min(threads, shard.states.length, queries.length) - 1;
  const helpers = await poolThreads(wanted);
  const control = new SharedArrayBuffer(8);
  const shared = new Int32Array(control);
  const request = { ...shard.batch(queries), control, queries: queries.length };
  const answers = helpers.map((helper, i) =>
    helper.run<FindJob>(shard.memory, { op: 'find', ...request, ...shard.states[i + 1]!.places }),
  );
  const found: FoundWithWork[] = new Array(queries.length);
  try {
    for (;;) {
      const query = Atomics.add(shared, 0, 1);
      if (query >= queries.length) break;
      shard.open(queries[query]!);
      while (!shard.step()) await pause();
      found[query] = { ...shard.found(), ...shard.states[0]!.work };
      const turn = pause();
      if (turn) await turn;
    }
  } catch (error) {
    Atomics.store(shared, 1, 1);
    throw error;
  } finally {
    Atomics.add(shared, 0, queries.length); // none is left to take
    await Promise.allSettled(answers); // the states are theirs until they have answered
  }
  for (const answer of answers) {
    for (const { query, keys, ...work } of (await answer).hits) {
      const size = keys.length / 2;
      found[query] = {
        rows: Uint32Array.from({ length: size }, (_, i) => keys[2 * i]!),
        distances: Uint16Array.from({ length: size }, (_, i) => keys[2 * i + 1]!),
        ...work,
      };
    }
  }
  return found;
}
