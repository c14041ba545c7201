/** Whether tables would gain anything: on codes without structure, long ones most of all, a scan is faster. */
import { type Costs, costsOf } from './costs.ts';
import { deviations } from './find-state.ts';
import type { Substring } from './plan.ts';
import type { MihShard } from './shard.ts';

/** Hits of the searches that are judged. */
const TYPICAL_K = 10;
/** Multiples of it, modulo 1, spread evenly, and in step with nothing. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Stored codes that are searched for, and how many of them have to gain. */
const QUERIES = 16;
const ENOUGH = 2;

/** What the search of a query with its k-th hit at distance `farthest` costs, when codes are spread evenly. */
export function expectedCost(
  farthest: number,
  rows: number,
  substrings: readonly Substring[],
  costs: Costs,
): number {
  const next = substrings.map(({ width }, t) => {
    const load = rows / 2 ** width;
    const bucket =
      costs.bucket + Math.min(1, load) * costs.range + load * (t === 0 ? costs.run : costs.entry);
    return { width, bucket, radius: 0, cost: bucket };
  });
  let sum = 0;
  for (let reach = 0; reach <= farthest; reach++) {
    const table = next.reduce((a, b) => (b.cost < a.cost ? b : a));
    sum += table.cost;
    if (++table.radius > table.width) break;
    table.cost *= (table.width - table.radius + 1) / table.radius; // C(width, radius)
  }
  return sum;
}

/** Whether tables gain even on the hardest codes, those of independent bits. */
export function surelyGains(rows: number, bits: number, substrings: readonly Substring[]): boolean {
  const costs = costsOf(rows, bits, substrings);
  const farthest = bits / 2 - (deviations(TYPICAL_K, rows) * Math.sqrt(bits)) / 2;
  return expectedCost(Math.max(0, farthest), rows, substrings, costs) < costs.scan / 2;
}

/** Whether they gain on some of the codes that a shard holds: how far their neighbours are is found by scanning. */
export function gains(shard: MihShard, substrings: readonly Substring[]): boolean {
  const costs = costsOf(shard.count, shard.bits, substrings);
  let winners = 0;
  for (let i = 0; i < QUERIES; i++) {
    const row = Math.floor(((i * GOLDEN) % 1) * shard.count);
    const code = shard.read(row, row + 1);
    shard.open({ code, k: TYPICAL_K + 1, limit: shard.bits + 1, ties: false }); // one more: itself
    while (!shard.step());
    const { distances } = shard.found();
    const cost = expectedCost(distances.at(-1)!, shard.count, substrings, costs);
    if (cost < costs.scan / 2 && ++winners >= ENOUGH) return true;
  }
  return false;
}
