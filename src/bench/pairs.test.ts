import { expect, it } from 'vitest';
import { benchPairs } from './pairs.ts';

it('says what a training of so many pairs took', async () => {
  const [small] = await benchPairs({ pairs: [1200], epochs: 1 });
  expect(small).toMatchObject({ method: 'czhash', epochs: 1 });
  expect(small!.pairs).toBeGreaterThan(1100);
  expect(small!.secondsPerEpoch!).toBeLessThan(small!.seconds);
  expect(small!.peakMiB).toBeGreaterThan(20);
});

it('refuses methods that know no texts, or no epochs, before any work', async () => {
  for (const method of ['itq', 'cca-itq', 'tzsh'])
    await expect(benchPairs({ method })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  await expect(benchPairs({ method: 'czhush' })).rejects.toMatchObject({ code: 'METHOD_UNKNOWN' });
});
