import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { zeroShotSplit } from '../data/index.ts';
import { describeEnvironment, evaluateInDepth, type RunRecord } from '../evaluate/index.ts';
import { lsh } from '../methods/index.ts';
import { comparisonCsv, csvRuns } from './csv.ts';

/** One real run: a database of unseen classes, and one with seen classes. */
async function record(): Promise<RunRecord> {
  const data = syntheticDataset({ classes: 6, perClass: 20, dim: 12, parts: true });
  const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
  const model = await lsh({ bits: 16 }).fit(data, split);
  const { evaluations, insight } = await evaluateInDepth(model, data, split);
  await model.dispose();
  return {
    key: 'k',
    method: 'lsh',
    bits: 16,
    seed: 0,
    settings: { note: 'a "b", c' },
    dataset: { name: 'birds, "small"\nset', fingerprint: data.fingerprint },
    split: split.hash,
    evaluations,
    history: [],
    insight,
    environment: await describeEnvironment(),
    finishedAt: '2026-01-02T03:04:05.000Z',
  };
}

const run = await record();
const rows = (csv: string): Record<string, string>[] =>
  parse(csv, { columns: true, record_delimiter: '\r\n' });

describe('a comparison as CSV', () => {
  it('has one line a run, task and database, and every figure in full', () => {
    const read = rows(comparisonCsv(csvRuns([run, run])));
    expect(read).toHaveLength(4);
    for (const [i, line] of read.entries()) {
      const { prCurve: _, precisionAt, ...figures } = run.evaluations[i % 2]!;
      for (const [name, value] of Object.entries(figures)) expect(line[name], name).toBe(String(value ?? ''));
      for (const [n, value] of Object.entries(precisionAt))
        expect(line[`precisionAt${n}`]).toBe(String(value));
    }
    expect(read[0]).toMatchObject({ database: 'unseen', trainSeconds: '', harmonicMean: '' });
    expect(Number(read[1]!.harmonicMean)).toBe(run.evaluations[1]!.harmonicMean);
  });

  it('says which split, dataset, settings and machine the figures are of', () => {
    const [line] = rows(comparisonCsv(csvRuns([run])));
    expect(line).toMatchObject({
      dataset: run.dataset.name,
      datasetFingerprint: run.dataset.fingerprint,
      split: run.split,
      settings: '{"note":"a \\"b\\", c"}',
      unseen: run.environment.versions.unseen,
      cpu: run.environment.cpu,
      cores: String(run.environment.cores),
      finishedAt: run.finishedAt,
    });
  });

  it('has the same columns whatever the runs have, ranks ascending', () => {
    const full = comparisonCsv(csvRuns([run])).split('\r\n')[0];
    const { ndcg: _, mapSeen: __, harmonicMean: ___, ...bare } = run.evaluations[0]!;
    const lines = comparisonCsv([bare]).split('\r\n');
    expect(lines[0]).toBe(full);
    expect(lines.at(-1)).toBe('');
    expect(full).toContain(
      'precisionAt1,precisionAt2,precisionAt5,precisionAt10,precisionAt20,precisionAt50',
    );
    const ranks = comparisonCsv([
      { ...bare, precisionAt: { 3: 1 } },
      { ...bare, precisionAt: { 1: 0.5 } },
    ]);
    const [first, second] = rows(ranks);
    expect(first).toMatchObject({ precisionAt1: '', precisionAt3: '1' });
    expect(second).toMatchObject({ precisionAt1: '0.5', precisionAt3: '' });
  });

  it('of no run is its titles', () => {
    expect(comparisonCsv([])).toMatch(/^dataset,method,bits,seed,.*finishedAt\r\n$/);
  });
});
