import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts', 'bench/**/*.test.ts'],
    setupFiles: ['test/one-thread.ts'],
    testTimeout: 60_000,
    // Some hooks run the program several times.
    hookTimeout: 120_000,
    // ONNX Runtime and the kernels use native threads and shared memory: child processes keep them apart.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './scripts/plain-reporter.ts'],
  },
});
