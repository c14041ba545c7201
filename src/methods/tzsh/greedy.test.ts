/** The greedy rounds: grow while rounds agree, stop for good when they do not. */
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../prototypes.ts';
import { nextRound, type Round } from './greedy.ts';

const ITEMS = 100;
const options = { rounds: 4, firstShare: 0.6, lastShare: 0.9 };

/** A mining whose first `moved` items changed their class from the last one's. */
const mining = (moved: number, from?: Assignment): Assignment => ({
  classOf: Int32Array.from({ length: ITEMS }, (_, i) => {
    const before = from?.classOf[i] ?? i % 3;
    return i < moved ? (before + 1) % 3 : before;
  }),
  margin: new Float32Array(ITEMS).fill(1),
  misfit: 0,
});

/** Rounds in which so many items change from one mining to the next. */
function rounds(...changes: readonly number[]): Round[] {
  const first = mining(0);
  const all = [nextRound(undefined, first, options)];
  let mined = first;
  for (const moved of changes) {
    mined = mining(moved, mined);
    all.push(nextRound(all.at(-1), mined, options));
  }
  return all;
}

describe('greedy rounds', () => {
  it('start with the first share and reach the last in the last round', () => {
    const shares = rounds(0, 0, 0).map(({ share }) => share);
    [0.6, 0.7, 0.8, 0.9].forEach((share, r) => {
      expect(shares[r]).toBeCloseTo(share, 10);
    });
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.9);
  });

  it('say which share of the items kept their class', () => {
    expect(rounds(40, 20, 0).map(({ agreement }) => agreement)).toEqual([0, 0.6, 0.8, 1]);
  });

  it('grow as long as rounds agree more and more', () => {
    const all = rounds(40, 20, 0);
    all.slice(1).forEach((round, i) => {
      expect(round.share).toBeGreaterThan(all[i]!.share);
      expect(round.stopped).toBe(false);
    });
  });

  it('keep the last assignment when agreement falls, and change nothing after', () => {
    const [, second, third, fourth] = rounds(20, 60, 0);
    expect(third!.stopped).toBe(true);
    expect(third!.assignment).toBe(second!.assignment);
    expect(third!.share).toBe(second!.share);
    expect(fourth!.assignment).toBe(second!.assignment);
    expect([fourth!.share, fourth!.stopped]).toEqual([second!.share, true]);
  });

  it('use a new mining only if they did not stop', () => {
    const first = nextRound(undefined, mining(0), options);
    const mined = mining(10, first.assignment);
    expect(nextRound(first, mined, options).assignment).toBe(mined);
  });
});
