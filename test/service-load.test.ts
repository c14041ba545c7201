/**
 * The short version of `unseen bench serve`: facts that hold on any machine, however busy. `UNSEEN_LOAD=60 npx vitest run
 * test/service-load` takes a million items and that many seconds, and asks for what an idle machine gives.
 */
import { expect, it } from 'vitest';
import { benchServe } from '../src/service/load/run.ts';

const SECONDS = process.env.UNSEEN_LOAD === undefined ? undefined : Number(process.env.UNSEEN_LOAD);

it('three times too many requests leave the answers flowing: no errors, and what is too much is refused', async () => {
  const report = await benchServe(SECONDS ? { seconds: SECONDS } : { items: 50_000, seconds: 6 });
  const { capacity, steady, overload, memory } = report;
  if (SECONDS) console.log(JSON.stringify(report));
  expect(Object.keys(capacity.statuses)).toEqual(['200']);
  for (const { statuses, goodput } of [steady, overload]) {
    expect(Object.keys(statuses).every((status) => ['200', '503'].includes(status))).toBe(true);
    expect(goodput).toBeGreaterThan(0);
  }
  const { p50, p95, p99, p999, max } = steady.latency;
  expect([p50, p95, p99, p999, max]).toEqual([p50, p95, p99, p999, max].sort((a, b) => a - b));
  expect(memory.first).toBeGreaterThan(0);
  if (!SECONDS) return; // other tests run beside this one: how much is answered says nothing
  expect(overload.share).toBeGreaterThanOrEqual(0.9);
  expect(memory.drift).toBeLessThan(0.05);
}, 7_200_000);
