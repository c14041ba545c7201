import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { choose } from './choose.ts';

describe('the choice', () => {
  it('takes the best where it gains on every fold alike', () => {
    const choice = choose([
      [0.3, 0.5, 0.4],
      [0.35, 0.55, 0.45],
      [0.2, 0.4, 0.3],
    ]);
    expect(choice).toMatchObject({ best: 1, recommended: 1 });
    expect(choice.gain).toBeCloseTo(0.05, 12);
    expect(choice.standardError).toBeCloseTo(0, 12);
  });

  it('keeps the default where the gain is within one standard error', () => {
    // Gains 0.03, −0.01, 0.01: mean 0.01, sd 0.02, standard error 0.02/√3.
    const choice = choose([
      [0.3, 0.5, 0.4],
      [0.33, 0.49, 0.41],
    ]);
    expect(choice).toMatchObject({ best: 1, recommended: 0 });
    expect(choice.gain).toBeCloseTo(0.01, 12);
    expect(choice.standardError).toBeCloseTo(0.02 / Math.sqrt(3), 12);
    expect(choice.needed).toBe(choice.standardError);
  });

  it('asks more of the best of many', () => {
    const two = [
      [0.3, 0.5, 0.4],
      [0.34, 0.5, 0.42],
    ];
    expect(choose(two).recommended).toBe(1);
    const others = Array.from({ length: 18 }, () => [0.28, 0.49, 0.4]);
    const many = choose([...two, ...others]);
    expect(many).toMatchObject({ best: 1, recommended: 0 });
    expect(many.needed / many.standardError).toBeCloseTo(Math.sqrt(2 * Math.log(19)), 12);
  });

  it('does not trust a spread that is small by luck', () => {
    const choice = choose([
      [0.3, 0.5, 0.4],
      [0.31, 0.51, 0.41],
      [0.36, 0.44, 0.4],
      [0.24, 0.56, 0.4],
    ]);
    expect(choice).toMatchObject({ best: 1, recommended: 0 });
    expect(choice.standardError).toBeCloseTo(0.06 / Math.sqrt(3), 12);
  });

  it('never takes a setting that was given up, but counts it as a try', () => {
    const choice = choose([[0.3, 0.5, 0.4], [0.9], [0.31, 0.51, 0.41], [0.1]]);
    expect(choice).toMatchObject({ best: 2, recommended: 2 });
    expect(choose([[0.3, 0.5], [0.9]])).toMatchObject({ best: 0, recommended: 0, gain: 0 });
    expect(choose([[0.3, 0.5]])).toEqual({ best: 0, recommended: 0, gain: 0, standardError: 0, needed: 0 });
  });

  it.each([1, 4, 19])(
    'of %i settings that are no better, leaves the default at most once in four',
    (others) => {
      const random = new Random(5);
      const draw = () => Array.from({ length: 3 }, () => random.normal());
      let wrong = 0;
      for (let round = 0; round < 1000; round++)
        if (choose(Array.from({ length: others + 1 }, draw)).recommended > 0) wrong++;
      expect(wrong).toBeGreaterThan(50); // else it could never find anything
      expect(wrong).toBeLessThan(250);
    },
  );
});
