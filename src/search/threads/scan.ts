/** One scan by several threads: each takes the next tile of codes from a common counter, the caller's thread too. */
import type { ScanQuery } from '../kernels/engine.ts';
import { Survivors } from '../kernels/survivors.ts';
import type { WasmEngine } from '../kernels/wasm.ts';
import { poolThreads } from './pool.ts';
import type { ScanJob, TileSurvivors } from './thread-main.ts';

interface ThreadedScan {
  readonly tileRows: number;
  readonly threads: number;
  readonly pause: () => Promise<void> | undefined;
}

/**
 * Opens the queries in as many slots of every thread and scans all rows of the engine for them.
 * Returns what came through, by slot, in ascending order of rows; `limits` come down to what the threads found.
 */
export async function scanInThreads(
  engine: WasmEngine,
  queries: readonly ScanQuery[],
  limits: number[],
  { tileRows, threads, pause }: ThreadedScan,
): Promise<{ bySlot: TileSurvivors[][]; compared: number }> {
  const helpers = await poolThreads(Math.min(threads, engine.arenas.length) - 1);
  const control = new SharedArrayBuffer(8);
  const shared = new Int32Array(control);
  const tiles = Math.ceil(engine.count / tileRows);
  for (let thread = 0; thread <= helpers.length; thread++) {
    for (const [slot, query] of queries.entries()) engine.open(slot, query, thread);
  }
  const answers = helpers.map((helper, i) =>
    helper.run<ScanJob>(engine.memory, { ...engine.job(i + 1, queries.length), control, tiles, tileRows }),
  );
  const found: TileSurvivors[] = [];
  let compared = 0;
  try {
    for (;;) {
      const tile = Atomics.add(shared, 0, 1);
      if (tile >= tiles) break;
      const from = tile * tileRows;
      const to = Math.min(from + tileRows, engine.count);
      for (let slot = 0; slot < queries.length; slot++) {
        if (engine.limitOf(slot) === 0) continue;
        const survivors = new Survivors();
        engine.scan(slot, from, to, survivors);
        compared += to - from;
        if (survivors.count > 0) found.push({ tile, slot, ...survivors.all() });
      }
      await pause();
    }
  } catch (error) {
    // Only then: a thread may have taken the last tile and not begun it when this one finds none left.
    Atomics.store(shared, 1, 1);
    throw error;
  } finally {
    await Promise.allSettled(answers); // the slots are theirs until they have answered
  }
  for (const answer of answers) {
    const reply = await answer;
    found.push(...reply.found);
    compared += reply.compared;
  }
  for (let slot = 0; slot < queries.length; slot++) {
    for (let thread = 0; thread <= helpers.length; thread++) {
      limits[slot] = Math.min(limits[slot]!, engine.limitOf(slot, thread));
    }
  }
  const bySlot: TileSurvivors[][] = queries.map(() => []);
  for (const one of found.sort((a, b) => a.tile - b.tile)) bySlot[one.slot]!.push(one);
  return { bySlot, compared };
}
