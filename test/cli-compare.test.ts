/** `unseen compare`: whatever ends it, what was finished is kept, and the same command leads to the same table. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDataset } from '../src/data/index.ts';
import { type Json, succeed, unseen } from './program.ts';
import { syntheticDataset } from './synthetic.ts';

let cwd: string;
const at = (...names: string[]): string => path.join(cwd, ...names);
const linesOf = async (folder: string): Promise<string[]> =>
  (await readFile(at(folder, 'runs.jsonl'), 'utf8')).trimEnd().split('\n');

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-'));
  await writeDataset(syntheticDataset({ classes: 8, perClass: 24, dim: 32, noise: 1 }), at('data'));
  await writeDataset(syntheticDataset({ classes: 7, perClass: 24, dim: 32, noise: 1 }), at('other'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const COMPARE = 'compare --data data --unseen 3 --bits 8,16 --processes 2';
/** Without children, where it does not matter who trains: a child takes longer to start than these methods to train. */
const ALONE = COMPARE.replace('--processes 2', '--processes 0');
const SMALL = '--set tzsh.hidden=16 --set tzsh.rounds=2';
const TZSH = `--set tzsh.steps=12 ${SMALL}`;
const ALL = `${COMPARE} ${TZSH} --methods lsh,itq,tzsh --seeds 0,1`;
const TOTAL = 3 * 2 * 2;

/** Everything but times. */
const figures = ({ runs, summary }: Json): Json =>
  JSON.parse(
    JSON.stringify({ runs, summary }, (name, value) =>
      name === 'trainSeconds' || name === 'encodeItemsPerSecond' ? undefined : value,
    ),
  );

/** Linux says who the children of a process are. */
const childrenOf = ({ pid }: ChildProcess): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).map(Number);
const canList = existsSync(`/proc/${process.pid}/task/${process.pid}/children`);

/** A dead process that nobody has asked after is a zombie. */
const lives = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
async function ended(pids: readonly number[]): Promise<boolean> {
  for (let waited = 0; waited < 100 && pids.some(lives); waited++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return !pids.some(lives);
}

let whole: Json;

describe('a comparison', () => {
  it('gives the same figures in one process and in two, in the order of the plan', async () => {
    whole = await succeed(`${ALL} --report whole`, cwd);
    expect(whole.runs).toHaveLength(TOTAL * 2);
    const order = whole.runs.map(({ method, bits, seed }: Json) => `${seed} ${method} ${bits}`);
    const planned = [0, 1].flatMap((seed) =>
      ['lsh', 'itq', 'tzsh'].flatMap((method) => [8, 16].map((bits) => `${seed} ${method} ${bits}`)),
    );
    expect([...new Set(order)]).toEqual(planned);
    const alone = await succeed(`${ALL} --processes 1`, cwd);
    expect(figures(alone)).toEqual(figures(whole));
  });

  it('writes runs, results for programs and papers, and a page', async () => {
    expect(await readdir(at('whole'))).toEqual([
      'index.html',
      'results.csv',
      'results.json',
      'results.tex',
      'runs.jsonl',
    ]);
    expect(JSON.parse(await readFile(at('whole', 'results.json'), 'utf8'))).toEqual(whole);
    const lines = await linesOf('whole');
    expect(lines).toHaveLength(TOTAL);
    const record = lines.map((line) => JSON.parse(line)).find(({ method }) => method === 'tzsh');
    expect(record.settings).toMatchObject({ steps: 12, rounds: 2, margin: 1 });
    expect(record.settings).not.toHaveProperty('bits');
    expect(record.history.length).toBeGreaterThanOrEqual(3);
    expect(record.history.some(({ metrics }: Json) => metrics.similarPrecision !== undefined)).toBe(true);
    expect(record.insight.tasks).toHaveLength(1);
  });

  it('does only what is new when methods and seeds are added, and leaves out what is not asked for', async () => {
    await succeed(`${ALONE} --methods lsh --seeds 0 --report grown`, cwd);
    const first = await linesOf('grown');
    const again = await unseen(`${ALONE} --methods itq,lsh --seeds 1,0 --report grown --json`, { cwd });
    expect(again.stderr).toMatch(/^2 of 8 runs were finished before/m);
    expect(again.stderr.match(/^\d+\/8 /gm)).toHaveLength(6);
    expect((await linesOf('grown')).slice(0, 2)).toEqual(first);
    const less = await succeed(`${ALONE} --methods itq --seeds 1 --report grown`, cwd);
    expect(new Set(less.runs.map(({ method, seed }: Json) => `${method} ${seed}`))).toEqual(
      new Set(['itq 1']),
    );
    expect(await linesOf('grown')).toHaveLength(8);
    const other = await unseen(`${ALONE} --methods itq --seeds 1 --set itq.iterations=3 --report grown`, {
      cwd,
    });
    expect(other.stderr).not.toContain('were finished before');
    expect(await linesOf('grown')).toHaveLength(10);
  });

  it('refuses the runs of another dataset and folders of other things', async () => {
    const other = `compare --data other --unseen 3 --methods lsh --bits 8 --seeds 0 --report whole --json`;
    const refused = await unseen(other, { cwd });
    expect(refused.status).toBe(2);
    expect(refused.json().error.code).toBe('COMPARISON_OTHER_DATASET');
    const foreign = await unseen(`${ALONE} --methods lsh --report data --force --json`, { cwd });
    expect(foreign.status).toBe(2);
    expect(foreign.json().error.code).toBe('OUTPUT_FOREIGN');
    expect(await linesOf('whole')).toHaveLength(TOTAL);
  });
});

describe('a comparison that was ended goes on where it was', () => {
  it('after Ctrl-C', async () => {
    const line = `${ALL} --report stopped`;
    const stopped = await unseen(`${line} --json`, { cwd, interruptAt: /^3\/12 /m });
    expect(stopped.status).toBe(1);
    expect(stopped.json().aborted).toBe(true);
    expect(stopped.stderr).toMatch(
      /error ABORTED: .*\n {2}\d+ of 12 runs are kept in stopped; the same command goes on/,
    );
    const kept = await linesOf('stopped');
    expect(kept.length).toBeGreaterThanOrEqual(3);
    expect(kept.length).toBeLessThan(TOTAL);
    expect(stopped.json().runs).toHaveLength(2 * kept.length);
    expect(figures(await succeed(line, cwd))).toEqual(figures(whole));
    expect((await linesOf('stopped')).slice(0, kept.length)).toEqual(kept);
  });

  it.runIf(canList)('after kill -9 and a line that was cut, and no child outlives it', async () => {
    const line = `${ALL} --report killed`;
    let children: number[] = [];
    const interrupt = (program: ChildProcess): void => {
      children = childrenOf(program);
      program.kill('SIGKILL');
    };
    const killed = await unseen(line, { cwd, interruptAt: /^4\/12 /m, interrupt });
    expect(killed.status).toBe(null);
    expect(children).toHaveLength(2);
    expect(await ended(children)).toBe(true);
    const kept = await linesOf('killed');
    expect(kept.length).toBeGreaterThanOrEqual(4);
    expect(kept.length).toBeLessThan(TOTAL);
    await appendFile(at('killed', 'runs.jsonl'), kept[0]!.slice(0, 1000));
    expect(figures(await succeed(line, cwd))).toEqual(figures(whole));
    expect(await linesOf('killed')).toHaveLength(TOTAL);
  });

  it.runIf(canList)('after its children were killed: those runs are named, the others kept', async () => {
    // The last two are long, so that both children are at them.
    const line = `${COMPARE} --methods lsh,tzsh --seeds 0 --set tzsh.steps=400 ${SMALL} --report crashed`;
    const interrupt = (program: ChildProcess): void => {
      for (const pid of childrenOf(program)) process.kill(pid, 'SIGKILL');
    };
    const crashed = await unseen(`${line} --json`, { cwd, interruptAt: /^2\/4 /m, interrupt });
    expect(crashed.status).toBe(1);
    expect(crashed.stderr).toMatch(/^failed {2}tzsh 8 bits, seed 0: RUN_CRASHED: .*SIGKILL/m);
    expect(crashed.stderr).toMatch(/error RUNS_FAILED: 2 of 4 runs failed/);
    const { failures, runs, aborted } = crashed.json();
    expect(aborted).toBe(false);
    expect(failures.map(({ method, bits, error }: Json) => [method, bits, error.code])).toEqual([
      ['tzsh', 8, 'RUN_CRASHED'],
      ['tzsh', 16, 'RUN_CRASHED'],
    ]);
    expect(new Set(runs.map(({ method }: Json) => method))).toEqual(new Set(['lsh']));
    expect(await linesOf('crashed')).toHaveLength(2);
    expect((await succeed(line, cwd)).runs).toHaveLength(2 * 4);
  });

  it('from the beginning with --force', async () => {
    await writeFile(at('grown', 'notes.txt'), 'mine');
    const line = `${ALONE} --methods lsh --seeds 0 --report grown`;
    const again = await unseen(`${line} --force`, { cwd });
    expect(again.status).toBe(0);
    expect(again.stderr).not.toContain('were finished before');
    expect(await linesOf('grown')).toHaveLength(2);
    expect(await readdir(at('grown'))).toContain('notes.txt');
  });
});
