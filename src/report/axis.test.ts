import { describe, expect, it } from 'vitest';
import { evenSteps, powersOfTen } from './axis.ts';

describe('an axis of even steps', () => {
  it('begins at 0 and ends at a round number above the highest error bar', () => {
    const { ticks, place } = evenSteps([{ y: 0.41, error: 0.05 }, { y: 0.1 }]);
    expect(ticks).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(place(0.25)).toBeCloseTo(0.5);
  });

  it('goes below 0 where a value does, not where an error bar alone does', () => {
    expect(evenSteps([{ y: -1.4 }, { y: 0.8 }]).ticks).toEqual([-1.5, -1, -0.5, 0, 0.5, 1]);
    const cut = evenSteps([{ y: 0.1, error: 0.3 }]);
    expect(cut.ticks[0]).toBe(0);
    expect(cut.place(-0.2)).toBe(0);
  });

  it('has room for values that are all negative, for one that is 0, and for none', () => {
    const below = evenSteps([{ y: -4 }, { y: -1 }]);
    expect([below.ticks[0], below.ticks.at(-1)]).toEqual([-4, 0]);
    for (const points of [[], [{ y: 0 }]]) expect(evenSteps(points).place(0)).toBe(0);
  });

  it('ends where it is told', () => {
    expect(evenSteps([{ y: 0.3 }], 1).place(0.3)).toBeCloseTo(0.3);
  });
});

it('an axis of powers of ten has a line a power', () => {
  const { ticks, place } = powersOfTen([0.02, 5]);
  expect(ticks).toEqual([0.01, 0.1, 1, 10]);
  expect(place(0.1)).toBeCloseTo(1 / 3);
});
