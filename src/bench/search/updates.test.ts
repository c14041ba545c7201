import { describe, expect, it } from 'vitest';
import { benchUpdates } from './updates.ts';

describe('benchUpdates', () => {
  it('measures every engine and size, and sees the opened index answer as the saved one', async () => {
    const cases = await benchUpdates({ sizes: [2000, 50_000], data: ['random', 'clustered'], bits: [72] });
    expect(cases.map(({ engine, data, n }) => [engine, data, n])).toEqual(
      ['random', 'clustered'].flatMap((data) =>
        [2000, 50_000].flatMap((n) => ['linear', 'mih'].map((engine) => [engine, data, n])),
      ),
    );
    for (const one of cases) {
      for (const [name, value] of Object.entries(one)) {
        if (typeof value === 'number') expect(value, name).toBeGreaterThan(0);
      }
      expect(one.fileBytes).toBeGreaterThanOrEqual(one.n * 9);
      expect(one.bytes).toBeGreaterThanOrEqual(one.n * 9);
    }
  });

  it('stops when asked', async () => {
    const stopped = benchUpdates({ sizes: [1000], signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
