import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import type { RunRecord } from '../run-record.ts';
import { RunStore } from './run-store.ts';

const dataset = { name: 'toy', fingerprint: 'f00d' };
const run = (key: string, seed = 0) =>
  ({
    key,
    method: 'lsh',
    bits: 16,
    seed,
    dataset,
    evaluations: [{ map: 0.5, task: 'image->image', database: 'unseen' }],
    finishedAt: '2026-01-01T00:00:00.000Z',
  }) as unknown as RunRecord;

/** A place where nothing is yet. */
const fresh = async (): Promise<string> => path.join(await temporaryFolder(), 'comparison');
const runsOf = async (at: string): Promise<string[]> => {
  const store = await RunStore.open(at, dataset);
  await store.close();
  return [...store.kept.keys()];
};
const refusal = (at: string, other = dataset): Promise<unknown> =>
  RunStore.open(at, other).then(
    () => 'no error',
    (error) => error,
  );

describe('the runs in the folder of a comparison', () => {
  it('come back in their order, each as it was', async () => {
    const at = await fresh();
    const store = await RunStore.open(at, dataset);
    expect(store.kept.size).toBe(0);
    await Promise.all([run('a'), run('b', 1), run('c', 2)].map((record) => store.append(record)));
    await store.close();
    const again = await RunStore.open(at, dataset);
    expect([...again.kept.values()]).toEqual([run('a'), run('b', 1), run('c', 2)]);
    await again.append(run('d', 3));
    await again.close();
    expect(await runsOf(at)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('have one writer at a time; what a killed one left does not stop the next', async () => {
    const at = await fresh();
    const store = await RunStore.open(at, dataset);
    expect(await refusal(at)).toMatchObject({
      code: 'COMPARISON_RUNNING',
      values: { folder: at, process: process.pid },
    });
    await store.append(run('a'));
    await store.close();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    for (const left of [`${gone}\n`, '']) {
      await writeFile(path.join(at, 'running'), left);
      expect(await runsOf(at)).toEqual(['a']);
    }
    expect(await refusal(at, { name: 'other', fingerprint: 'beef' })).toMatchObject({
      code: 'COMPARISON_OTHER_DATASET',
    });
    expect((await readdir(at)).sort()).toEqual(['runs.jsonl']);
  });

  it('lose a last line that was cut, wherever, and nothing else', async () => {
    const line = JSON.stringify(run('cut'));
    for (const length of [1, line.length >> 1, line.length]) {
      const at = await fresh();
      const store = await RunStore.open(at, dataset);
      await store.append(run('a'));
      await store.close();
      const file = path.join(at, 'runs.jsonl');
      await appendFile(file, line.slice(0, length));
      const again = await RunStore.open(at, dataset);
      expect([...again.kept.keys()]).toEqual(['a']);
      await again.append(run('b'));
      await again.close();
      expect(await runsOf(at)).toEqual(['a', 'b']);
    }
  });

  it('are not guessed at when a line in the middle is damaged: it is named', async () => {
    for (const damage of ['{"key": "x"', '{"key": "x"}', '[]']) {
      const at = await fresh();
      await mkdir(at);
      const lines = [JSON.stringify(run('a')), damage, JSON.stringify(run('b'))];
      await writeFile(path.join(at, 'runs.jsonl'), `${lines.join('\n')}\n`);
      const error = await refusal(at);
      expect(error).toMatchObject({ code: 'FILE_MALFORMED', message: expect.stringContaining('line 2') });
      expect(await readFile(path.join(at, 'runs.jsonl'), 'utf8')).toContain(damage);
    }
  });

  it('are of one dataset', async () => {
    const at = await fresh();
    const store = await RunStore.open(at, dataset);
    await store.append(run('a'));
    await store.close();
    const error = await refusal(at, { name: 'other', fingerprint: 'cafe' });
    expect(error).toMatchObject({ code: 'COMPARISON_OTHER_DATASET', exit: 2 });
    expect(await runsOf(at)).toEqual(['a']);
  });

  it('are not put among other things; force deletes what a comparison wrote, and that alone', async () => {
    const foreign = await fresh();
    await mkdir(foreign);
    await writeFile(path.join(foreign, 'notes.txt'), 'mine');
    expect(await refusal(foreign)).toMatchObject({ code: 'OUTPUT_FOREIGN' });
    await expect(RunStore.open(foreign, dataset, { force: true })).rejects.toMatchObject({
      code: 'OUTPUT_FOREIGN',
    });
    expect(await readdir(foreign)).toEqual(['notes.txt']);

    const at = await fresh();
    const store = await RunStore.open(at, dataset);
    await store.append(run('a'));
    await store.close();
    for (const name of ['index.html', 'notes.txt']) await writeFile(path.join(at, name), 'text');
    const other = await RunStore.open(at, { name: 'other', fingerprint: 'cafe' }, { force: true });
    expect(other.kept.size).toBe(0);
    await other.close();
    expect(await readdir(at)).toEqual(['notes.txt', 'runs.jsonl']);
  });

  it('say which place cannot be had', async () => {
    expect(await refusal(path.join(await fresh(), 'deep'))).toMatchObject({ code: 'FILE_UNREADABLE' });
    const file = await fresh();
    await writeFile(file, 'text');
    expect(await refusal(file)).toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
