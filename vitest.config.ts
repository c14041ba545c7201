import { configDefaults, defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

/**
 * Rooms whose test files share a process with its loaded modules: half of the time of so many small files goes into loading
 * them. A file here leaves modules and globals as it found them. The other rooms have threads, servers and children.
 */
const SHARED = [
  'src/{codes,data,encoders,evaluate,graph,methods,report}/**/*.test.ts',
  'web/src/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SHARED],
        },
      },
    ],
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
