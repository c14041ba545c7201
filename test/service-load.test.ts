/** The short version of `unseen bench serve`: facts that hold on any machine, however busy. */
import { expect, it } from 'vitest';
import { benchServe } from '../src/service/load/run.ts';

it('three times too many requests leave the answers flowing: no errors, the rest refused, memory where it was', async () => {
  const report = await benchServe({ items: 50_000, seconds: 8 });
  const { capacity, steady, overload, memory } = report;
  expect(Object.keys(capacity.statuses)).toEqual(['200']);
  expect(Object.keys(steady.statuses).every((status) => ['200', '503'].includes(status))).toBe(true);
  expect(Object.keys(overload.statuses).every((status) => ['200', '503'].includes(status))).toBe(true);
  expect(capacity.goodput).toBeGreaterThan(0);
  const { p50, p95, p99, p999, max } = steady.latency;
  expect([p50, p95, p99, p999, max]).toEqual([p50, p95, p99, p999, max].sort((a, b) => a - b));
  // 90 % is what an idle machine gives; here other tests run beside it.
  expect(overload.share).toBeGreaterThan(0.5);
  expect(memory.drift).toBeLessThan(0.25);
});
