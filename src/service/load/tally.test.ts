import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

it('parts add up to what one measurement of all would say', () => {
  const [whole, first, second] = [new Tally(), new Tally(), new Tally()];
  const answers = Array.from({ length: 200 }, (_, i) => ({
    status: i % 10 === 0 ? 503 : 200,
    latency: 1 + i,
  }));
  answers.forEach(({ status, latency }, i) => {
    whole.add(status, latency);
    (i < 50 ? first : second).add(status, latency);
  });
  first.end(1, 60);
  second.end(3, 150);
  whole.end(4, 210);
  first.merge(second);
  expect(first.outcome()).toEqual(whole.outcome());
  expect(first.outcome()).toMatchObject({
    seconds: 4,
    goodput: 45,
    rate: 52.5,
    statuses: { 200: 180, 503: 20 },
  });
  const { p50, p99, max } = first.outcome().latency;
  expect(p50 / 102).toBeGreaterThan(0.97); // buckets are 2 % wide
  expect(p50 / 102).toBeLessThan(1.03);
  expect([p99 > 190, max]).toEqual([true, 200]);
});
