/**
 * The short version of `unseen bench serve`: facts that hold on any machine, however busy. `npm run test:load -- --seconds 60`
 * takes a million items and that many seconds, shows the figures, and asks for what a machine gives that has little else to do.
 */
import { expect, it } from 'vitest';
import { loadTable } from '../src/cli/bench-serve.ts';
import { benchServe } from '../src/service/load/run.ts';

const SECONDS = process.env.UNSEEN_LOAD === undefined ? undefined : Number(process.env.UNSEEN_LOAD);
/** Per cent of the capacity. */
const GOODPUT = Number(process.env.UNSEEN_LOAD_GOODPUT ?? 90);

it('three times too many requests leave the answers flowing: no errors, and what is too much is refused', async () => {
  const report = await benchServe(SECONDS ? { seconds: SECONDS } : { items: 50_000, seconds: 6 });
  const { capacity, steady, overload, memory } = report;
  if (SECONDS) console.log(loadTable(report));
  expect(Object.keys(capacity.statuses)).toEqual(['200']);
  for (const { statuses, goodput } of [steady, overload]) {
    expect(Object.keys(statuses).every((status) => ['200', '503'].includes(status))).toBe(true);
    expect(goodput).toBeGreaterThan(0);
  }
  const { p50, p95, p99, p999, max } = steady.latency;
  expect([p50, p95, p99, p999, max]).toEqual([p50, p95, p99, p999, max].sort((a, b) => a - b));
  expect(memory.first).toBeGreaterThan(0);
  if (!SECONDS) return; // other tests run beside this one: how much is answered says nothing
  expect(100 * overload.share).toBeGreaterThanOrEqual(GOODPUT);
  expect(memory.drift).toBeLessThan(0.05);
}, 7_200_000);
