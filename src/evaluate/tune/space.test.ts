import { describe, expect, it } from 'vitest';
import { METHODS } from '../../methods/index.ts';
import { parseSettings } from '../../methods/settings.ts';
import { type SpaceOptions, settingsToTry } from './space.ts';

const base = { method: 'cmfh', bits: 16, seed: 0, trials: 20 };
const tried = (more: Partial<SpaceOptions>) => settingsToTry({ ...base, ...more });
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'no error';
};

describe('settings to try', () => {
  it('are the whole grid where it fits, the default first and not twice', () => {
    expect(tried({ settings: { mu: [10, 100], balance: [0.3, 0.5] } })).toEqual([
      {},
      { mu: 10, balance: 0.3 },
      { mu: 10, balance: 0.5 },
      { mu: 100, balance: 0.3 },
    ]);
  });

  it('have the default besides when it is none of the values', () => {
    expect(tried({ settings: { mu: [10, 20] } })).toEqual([{}, { mu: 10 }, { mu: 20 }]);
  });

  it('are drawn by the seed where the grid is larger, and never twice', () => {
    const settings = { mu: [1, 2, 3, 4, 5], gamma: [0.1, 0.2, 0.3], iterations: [5, 6, 7] };
    const drawn = tried({ settings });
    expect(drawn).toHaveLength(20);
    expect(drawn[0]).toEqual({});
    expect(new Set(drawn.map((one) => JSON.stringify(one))).size).toBe(20);
    expect(tried({ settings })).toEqual(drawn);
    expect(tried({ settings, seed: 1 })).not.toEqual(drawn);
    expect(tried({ settings, trials: 45 })).toHaveLength(45);
    expect(tried({ settings, trials: 46 })).toHaveLength(46);
    expect(tried({ settings, trials: 100 })).toHaveLength(46);
  });

  it('draw every point of the grid about equally often', () => {
    const counts = new Map<string, number>();
    const settings = { mu: [1, 2, 3, 4], gamma: [0.1, 0.2, 0.3] };
    for (let seed = 0; seed < 600; seed++)
      for (const one of tried({ settings, seed, trials: 5 }).slice(1))
        counts.set(JSON.stringify(one), (counts.get(JSON.stringify(one)) ?? 0) + 1);
    expect(counts.size).toBe(12);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60); // 5 standard deviations
  });

  it('keep a single value in every trial, the first one too, and then use the values of the method', () => {
    const some = tried({ settings: { mu: [7], balance: [0.3, 0.4] } });
    expect(some).toEqual([{ mu: 7 }, { mu: 7, balance: 0.3 }, { mu: 7, balance: 0.4 }]);
    const own = tried({ settings: { mu: [7] }, trials: 100 });
    expect(own).toHaveLength(9);
    expect(own.every(({ mu }) => mu === 7)).toBe(true);
    expect(own.at(-1)).toHaveProperty('bandwidth');
  });

  it.each<[string, Partial<SpaceOptions>, string]>([
    ['a method that does not exist', { method: 'nonsense' }, 'METHOD_UNKNOWN'],
    ['a setting that does not exist', { settings: { planes: [1, 2] } }, 'METHOD_SETTING_UNKNOWN'],
    ['a value that is refused', { settings: { mu: [1, 'many'] } }, 'ARGUMENT_INVALID'],
    [
      'a refused value that no draw may meet',
      { settings: { mu: [1, -1], gamma: [1, 2] }, trials: 2 },
      'ARGUMENT_INVALID',
    ],
    ['bits', { settings: { bits: [8, 16] } }, 'ARGUMENT_INVALID'],
    ['no value', { settings: { mu: [] } }, 'ARGUMENT_INVALID'],
    ['a method without values', { method: 'lsh' }, 'TUNE_NOTHING'],
    ['the default alone', { settings: { mu: [100, 100] } }, 'TUNE_NOTHING'],
  ])('refuse %s', (_, more, code) => {
    expect(codeOf(() => tried(more))).toBe(code);
  });
});

describe('the values of the methods', () => {
  const entries = Object.entries(METHODS).filter(([, { search }]) => search);

  it('are legal, and the default is one of them where it is a fixed one', () => {
    expect(entries.length).toBeGreaterThan(5);
    for (const [name, { schema, search }] of entries) {
      const defaults: Record<string, unknown> = parseSettings(name, schema, { bits: 16 });
      for (const [key, values] of Object.entries(search!)) {
        // What follows from the data (TZSH's steps) has no default here; the default setting is tried in any case.
        if (key in defaults) expect(values, `${name}.${key}`).toContain(defaults[key]);
        for (const value of values) parseSettings(name, schema, { bits: 16, [key]: value });
      }
    }
  });

  it('give every method something to choose from', () => {
    for (const [method] of entries)
      expect(settingsToTry({ ...base, method }).length, method).toBeGreaterThan(3);
  });
});
