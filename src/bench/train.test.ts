import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { benchTrain } from './index.ts';
import { differences } from './train.ts';
import { ownEngine } from './train-engines.ts';
import { makeProblem, PARAMETERS, productFlops } from './train-problem.ts';

const SMALL = { net: [48, 24, 8], batch: 16, gemmSize: 64, rounds: 2 } as const;

describe('benchTrain', () => {
  it('measures every engine that is here, agrees with it, and names those that are not', async () => {
    const rivals = ['jax', 'jax-js'];
    const report = await benchTrain({ ...SMALL, threads: 1, rivals });
    const seen = [...report.cases, ...report.missing].map(({ engine }) => engine);
    expect(seen.sort()).toEqual(['jax', 'jax-js', 'unseen']);
    expect(report.cases[0]).toMatchObject({ engine: 'unseen', net: '48-24-8', batch: 16, threads: 1 });
    expect(report.cases[0]).not.toHaveProperty('againstOurs');
    for (const measured of report.cases) {
      expect(measured.medianMs).toBeGreaterThan(0);
      expect(measured.p10Ms).toBeLessThanOrEqual(measured.medianMs);
      expect(measured.p90Ms).toBeGreaterThanOrEqual(measured.medianMs);
      expect(measured.version).toMatch(/^\d+\.\d+/);
    }
    for (const { againstOurs } of report.cases.slice(1)) {
      expect(againstOurs!.maxRelativeDifference).toBeLessThan(1e-4);
      expect(againstOurs!.updateRelativeDifference).toBeLessThan(1e-4);
      expect(againstOurs!.ratioLow).toBeLessThanOrEqual(againstOurs!.ratio);
    }
    for (const { install } of report.missing) expect(install).toMatch(/bench\/rivals/);
    expect(report.gemmRoofGflops).toBeGreaterThan(0);
  });

  it('refuses what it cannot measure, and stops when asked', async () => {
    const bad = [{ batch: 1 }, { threads: availableParallelism() + 1 }, { rounds: 0 }, { gemmSize: 1.5 }];
    for (const options of bad)
      await expect(benchTrain(options)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const stopped = benchTrain({ ...SMALL, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the problem of the training benchmark', () => {
  const problem = makeProblem([48, 24, 8], 16, 7);

  it('is the same for the same seed, and its pairs are those of one class', () => {
    expect(makeProblem([48, 24, 8], 16, 7)).toEqual(problem);
    expect(makeProblem([48, 24, 8], 16, 8)).not.toEqual(problem);
    for (const s of problem.s) {
      for (let i = 0; i < 16; i++) {
        expect(s[i * 16 + i]).toBe(1);
        for (let j = 0; j < i; j++) expect(s[i * 16 + j]).toBe(s[j * 16 + i]);
      }
    }
  });

  it('counts two operations a multiplication of every product', () => {
    const product = (m: number, k: number, n: number): number => 2 * m * k * n;
    const forward = product(16, 48, 24) + product(16, 24, 8) + product(16, 8, 16);
    const backward = product(16, 16, 8) + product(24, 16, 8) + product(16, 8, 24) + product(48, 16, 24);
    expect(productFlops(problem)).toBe(forward + backward);
  });

  it('starts every run from the first weights', async () => {
    const engine = await ownEngine(problem, 1, '0');
    const run = async (warm: number, steps: number) => {
      expect((await engine.run(warm, steps)).times).toHaveLength(steps);
      return await engine.parameters();
    };
    const once = await run(0, 3);
    expect(await run(2, 1)).toEqual(once);
    const still = differences(once, once, problem.weights);
    expect(still).toEqual({ maxRelativeDifference: 0, updateRelativeDifference: 0 });
    expect(differences(await run(0, 4), once, problem.weights).updateRelativeDifference).toBeGreaterThan(0.1);
    await engine.stop();
  });
});

describe('differences', () => {
  it('takes the worst tensor relative to its own greatest value, and the update as one vector', () => {
    const all = (value: number) =>
      Object.fromEntries(PARAMETERS.map((name) => [name, Float32Array.of(value, 1)])) as never;
    const first = { ...(all(0) as object), w1: Float32Array.of(0, 0) } as never;
    const ours = { ...(all(0) as object), w1: Float32Array.of(3, 4.5) } as never;
    const theirs = { ...(all(0) as object), w1: Float32Array.of(3, 4) } as never;
    expect(differences(ours, theirs, first)).toEqual({
      maxRelativeDifference: 0.125,
      updateRelativeDifference: 0.1,
    });
  });
});
