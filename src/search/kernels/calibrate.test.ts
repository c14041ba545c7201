import { afterEach, expect, it, vi } from 'vitest';
import type { Kernel } from './kernel.ts';
import { KernelMemory } from './memory.ts';

const MB = 1024 * 1024;

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The module anew, as a thread has it when it starts. */
const fresh = () => import('./calibrate.ts');

/** A kernel whose distances take the time that `cost` says, on a clock that nothing else moves. */
function fakeKernel(cost: (variants: number, words: number) => number) {
  let now = 0;
  let variants = 0;
  const said: number[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const kernel = {
    SURVIVOR_ROWS: { value: 0 },
    setVariant: (bits: number) => {
      variants = bits;
    },
    distances: (_codes: number, words: number) => {
      now += cost(variants, words);
    },
  } as unknown as Kernel;
  const scan = (words: number) => () => {
    said.push(variants);
    now += cost(variants, words);
  };
  return { kernel, scan, said };
}

it('SIMD is chosen for the widths where it is faster, once', async () => {
  const { calibrate } = await fresh();
  const { kernel } = fakeKernel((variants, words) =>
    (variants >> (words - 1)) & 1 && words !== 2 ? 0.01 : 0.02,
  );
  expect(calibrate(kernel, 0)).toBe(0b1101);
  const slow = fakeKernel(() => 1);
  expect(calibrate(slow.kernel, 0)).toBe(0b1101);
});

it('the first scans of a large index take turns, and the faster way stays for its width', async () => {
  const { withBestKernels, calibrate } = await fresh();
  const { kernel, scan, said } = fakeKernel((variants) => (variants & 0b100000 ? 0.3 : 0.6));
  const size = { bytes: 16 * MB, indexBytes: 80 * MB };
  for (let i = 0; i < 14; i++) withBestKernels(kernel, 0, 2, size, scan(2));
  expect(said).toEqual([0, 32, 0, 32, 0, 32, 0, 32, 0, 32, 32, 32, 32, 32]);
  expect(calibrate(kernel, 0)).toBe(32);
  withBestKernels(kernel, 0, 1, { bytes: 2 * MB, indexBytes: 2 * MB }, scan(1)); // may be in a cache: no race
  withBestKernels(kernel, 0, 1, { bytes: MB / 4, indexBytes: 80 * MB }, scan(1)); // too short
  expect(said.slice(14)).toEqual([32, 32]);
});

it('one stream stays where two gain little', async () => {
  const { StreamRace } = await fresh();
  const race = new StreamRace();
  for (let i = 0; race.streams === undefined; i++)
    race.record(race.next, MB, race.next ? 0.97 : i === 4 ? 30 : 1);
  expect(race.streams).toBe(false);
});

it('the real kernel is calibrated in a few milliseconds', async () => {
  const { calibrate } = await fresh();
  const memory = new KernelMemory();
  const arena = memory.allocate(memory.kernel.SLOTS_OFFSET.value);
  memory.kernel.bind(arena);
  memory.kernel.distances(arena, 1, arena, 0, 64);
  const begin = performance.now();
  expect(calibrate(memory.kernel, arena)).toBeLessThan(16);
  expect(performance.now() - begin).toBeLessThan(200); // about 2 ms; the machine may be busy
});
