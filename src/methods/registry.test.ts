import { expect, it } from 'vitest';
import { createMethod, itq, lsh, METHODS } from './index.ts';

it('knows every method by its name on the command line', () => {
  for (const [name, entry] of Object.entries(METHODS)) {
    const method = createMethod(name, { bits: 24 });
    expect([method.name, method.bits]).toEqual([name, 24]);
    expect(entry.description).not.toBe('');
    expect(entry.source).toMatch(/\d{4}/);
    expect(Object.keys(entry.schema.shape)).toEqual(expect.arrayContaining(['bits', 'seed']));
  }
  expect(lsh({ bits: 8 }).name).toBe('lsh');
  expect(itq({ bits: 8 }).name).toBe('itq');
});

it('lists the known methods when asked for another', () => {
  for (const name of ['LSH', 'tzsh/unknown', '', '__proto__', 'constructor']) {
    expect(() => createMethod(name, { bits: 8 })).toThrow(
      expect.objectContaining({ code: 'METHOD_UNKNOWN', hint: expect.stringContaining('lsh, itq') }),
    );
  }
});

it('names the setting that is wrong, and what it received', () => {
  expect(() => createMethod('itq', { bits: 8, iterations: 0 })).toThrow(
    expect.objectContaining({
      code: 'ARGUMENT_INVALID',
      message: expect.stringMatching(/^iterations: .*received 0$/),
    }),
  );
  expect(() => createMethod('lsh', {} as never)).toThrow(
    expect.objectContaining({
      code: 'ARGUMENT_INVALID',
      message: expect.stringMatching(/^bits: .*received nothing$/),
    }),
  );
  expect(() => createMethod('lsh', { bits: 8, iterations: 5 })).toThrow(
    expect.objectContaining({ code: 'METHOD_SETTING_UNKNOWN', hint: 'Its settings: bits, seed, input.' }),
  );
});
