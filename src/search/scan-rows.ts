/** A group of queries over all rows of one engine: tile by tile, by one thread or several. */
import { ROW_ALIGN, type ScanEngine } from './kernels/engine.ts';
import type { Survivors } from './kernels/survivors.ts';
import { WasmEngine } from './kernels/wasm.ts';
import type { FindPlan } from './store.ts';
import { scanInThreads } from './threads/scan.ts';

/** Bytes of codes that a group of queries goes over before the next tile: they stay in the L2 cache. */
const TILE_BYTES = 256 * 1024;
/** The same for a single query, which gains nothing from the cache: only a bound on the time between pauses. */
const TILE_BYTES_ALONE = 16 * 1024 * 1024;
/**
 * A single query over several threads: tiles small enough that all end at about the same time, and long enough for two
 * streams of reads each (of 1, 4 and 16 MiB, 4 was the fastest at 80 MB of codes).
 */
const TILE_BYTES_THREADS = 4 * 1024 * 1024;
/** A message to a thread and back takes about 50 µs: below it, threads cost more than they save. */
const MIN_BYTES_THREADS = 4 * 1024 * 1024;
/**
 * Appends to `survivors` what can be a hit of each query, in ascending order of rows. At most SLOTS queries.
 * `limits` come down to what they are after the last row: they hold for rows that are all higher.
 * @returns codes compared.
 */
export async function scanRows(
  engine: ScanEngine,
  queries: readonly Uint8Array[],
  limits: number[],
  survivors: readonly Survivors[],
  { k, ties, threads, pause }: Pick<FindPlan, 'k' | 'ties' | 'threads' | 'pause'>,
  threadBytes = MIN_BYTES_THREADS,
): Promise<number> {
  const rowBytes = 8 * Math.ceil((8 * (queries[0]?.length ?? 1)) / 64);
  const threaded =
    threads > 1 && engine instanceof WasmEngine && engine.count * rowBytes * queries.length >= threadBytes;
  const bytes = queries.length > 1 ? TILE_BYTES : threaded ? TILE_BYTES_THREADS : TILE_BYTES_ALONE;
  const tile = Math.ceil(bytes / rowBytes / ROW_ALIGN) * ROW_ALIGN;
  const asked = queries.map((code, slot) => ({ code, k, limit: limits[slot]!, ties }));
  if (threaded) {
    const done = await scanInThreads(engine, asked, limits, { tileRows: tile, threads, pause });
    for (const [slot, tiles] of done.bySlot.entries()) {
      for (const { rows, distances } of tiles) survivors[slot]!.append(rows, distances);
    }
    return done.compared;
  }
  for (const [slot, query] of asked.entries()) engine.open(slot, query);
  let compared = 0;
  for (let from = 0; from < engine.count; from += tile) {
    const to = Math.min(from + tile, engine.count);
    for (let slot = 0; slot < queries.length; slot++) {
      if (engine.limitOf(slot) === 0) continue;
      engine.scan(slot, from, to, survivors[slot]!);
      compared += to - from;
    }
    await pause();
  }
  for (let slot = 0; slot < queries.length; slot++) limits[slot] = engine.limitOf(slot);
  return compared;
}
