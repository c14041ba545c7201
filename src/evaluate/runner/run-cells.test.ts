import { describe, expect, it } from 'vitest';
import { UnseenError } from '../../errors.ts';
import type { RunRecord } from '../run-record.ts';
import type { Cell } from './cell.ts';
import { CellQueue } from './queue.ts';
import { type RunEvents, runCells } from './run-cells.ts';
import type { Worker } from './worker.ts';

const cells = Array.from(
  { length: 6 },
  (_, i): Cell => ({
    key: `${i}`,
    method: 'lsh',
    bits: 16,
    seed: i,
    settings: {},
    split: { protocol: 'zero-shot', unseen: 2, seed: i },
    splitHash: '',
    tasks: ['image->image'],
  }),
);

/** What became of the cells, by key. */
async function outcome(
  count: number,
  start: (nth: number) => Promise<Worker>,
  { signal = new AbortController().signal, finished }: Partial<Pick<RunEvents, 'signal' | 'finished'>> = {},
) {
  const done: string[] = [];
  const failed: Record<string, string> = {};
  let started = 0;
  const work = runCells(new CellQueue(cells, { longestFirst: false }), count, () => start(started++), {
    signal,
    progress() {},
    async finished(cell, record) {
      await finished?.(cell, record);
      done.push(cell.key);
    },
    failed: ({ key }, error) => {
      failed[key] = `${error.code} ${error.values.run ?? ''}`.trim();
    },
  });
  await work;
  return { done: done.sort(), failed, started };
}

type Run = (cell: Cell) => Promise<void>;
const worker = (run: Run, state = { alive: true }): Worker => ({
  async run(cell) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await run(cell);
    return { key: cell.key } as RunRecord;
  },
  get alive() {
    return state.alive;
  },
  close() {},
});
const crash = (run: string) => new UnseenError('RUN_CRASHED', { run, reason: 'SIGKILL' });

describe('runs shared by workers', () => {
  it('are each done once', async () => {
    const ran: string[] = [];
    const { done, failed, started } = await outcome(3, async () =>
      worker(async ({ key }) => void ran.push(key)),
    );
    expect(done).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(ran.sort()).toEqual(done);
    expect(failed).toEqual({});
    expect(started).toBe(3);
  });

  it('go on when one fails, also with an error of no kind', async () => {
    const start = async () =>
      worker(async ({ key }) => {
        if (key === '1') throw new UnseenError('TRAINING_ROWS_EMPTY', {});
        if (key === '4') throw new TypeError('slip');
      });
    const { done, failed } = await outcome(2, start);
    expect(done).toEqual(['0', '2', '3', '5']);
    expect(failed).toEqual({ 1: 'TRAINING_ROWS_EMPTY', 4: 'INTERNAL' });
  });

  it('get a new worker when theirs died, and only the run at hand is lost', async () => {
    const start = async () => {
      const state = { alive: true };
      return worker(async ({ key }) => {
        if (key !== '2') return;
        state.alive = false;
        throw crash('lsh 16 bits, seed 2');
      }, state);
    };
    const { done, failed, started } = await outcome(1, start);
    expect(done).toEqual(['0', '1', '3', '4', '5']);
    expect(failed).toEqual({ 2: 'RUN_CRASHED lsh 16 bits, seed 2' });
    expect(started).toBe(2);
  });

  it('are done by the others when one worker cannot start, and fail by name when none can', async () => {
    const some = await outcome(2, async (nth) => {
      if (nth === 0) throw crash('the start');
      return worker(async () => {});
    });
    expect(some.done).toHaveLength(6);
    expect(some.failed).toEqual({});
    const none = await outcome(2, () => Promise.reject(crash('the start')));
    expect(none.done).toEqual([]);
    expect(none.started).toBe(2);
    expect(none.failed['3']).toBe('RUN_CRASHED lsh 16 bits, seed 3');
    expect(Object.keys(none.failed)).toHaveLength(6);
  });

  it('stop with the signal, which is no failure', async () => {
    const controller = new AbortController();
    const start = async () =>
      worker(async ({ key }) => {
        if (key !== '2') return;
        controller.abort();
        throw new UnseenError('ABORTED', { during: 'a run', kept: '' });
      });
    const { done, failed } = await outcome(1, start, { signal: controller.signal });
    expect(done).toEqual(['0', '1']);
    expect(failed).toEqual({});
  });

  it('end with an error when one cannot be kept', async () => {
    const finished = () =>
      Promise.reject(new UnseenError('FILE_UNWRITABLE', { file: 'runs.jsonl', reason: 'ENOSPC' }));
    const work = outcome(2, async () => worker(async () => {}), { finished });
    await expect(work).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});
