/** Our training step and its rivals behind one interface. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as g from '../graph/index.ts';
import { Rival } from './rival.ts';
import { PARAMETERS, type TrainProblem, type Weights } from './train-problem.ts';

export interface Timing {
  /** Of each step, in ms. */
  readonly times: readonly number[];
  /** Processor time that all threads spent on all steps, in ms: a busy machine hardly changes it. */
  readonly cpu: number;
}

export interface TrainEngine {
  readonly version: string;
  /** What was chosen where the engine leaves a choice. */
  readonly setting: string;
  readonly threads: number;
  /** From the first weights, without momentum: `warm` steps, then `steps` timed ones. */
  run(warm: number, steps: number): Promise<Timing>;
  /** As the last run left them. */
  parameters(): Promise<Weights>;
  /** Times of `calls` products of two `size` × `size` matrices, in ms; none where the engine is not asked. */
  gemm(size: number, calls: number): Promise<number[]>;
  stop(): Promise<void>;
}

export async function ownEngine(
  problem: TrainProblem,
  threads: number,
  version: string,
): Promise<TrainEngine> {
  const { sizes, batch, learningRate, momentum, weights } = problem;
  const x = g.input('x', [batch, sizes[0]]);
  const s = g.input('s', [batch, batch]);
  const w1 = g.parameter('w1', [sizes[0], sizes[1]], g.zeros());
  const b1 = g.parameter('b1', [sizes[1]], g.zeros());
  const w2 = g.parameter('w2', [sizes[1], sizes[2]], g.zeros());
  const b2 = g.parameter('b2', [sizes[2]], g.zeros());
  const h = g.add(g.matmul(g.relu(g.add(g.matmul(x, w1), b1)), w2), b2);
  const theta = g.mul(g.matmul(h, g.transpose(h)), 0.5);
  const loss = g.mean(g.sub(g.softplus(theta), g.mul(s, theta)));
  const optimizer = g.sgd({ learningRate, momentum });
  const step = await g.compileStep({ inputs: [x, s], loss, optimizer, seed: 0, threads });
  step.load(new Map(PARAMETERS.map((name) => [name, weights[name]])));
  const first = step.state();
  return {
    version,
    setting: 'one ONNX graph a step',
    threads,
    async run(warm, steps) {
      const times: number[] = [];
      step.load(first, { step: 0 });
      let before = process.cpuUsage();
      for (let i = 0; i < warm + steps; i++) {
        const at = i % problem.x.length;
        if (i === warm) before = process.cpuUsage();
        const begin = performance.now();
        await step.run({ x: problem.x[at]!, s: problem.s[at]! });
        if (i >= warm) times.push(performance.now() - begin);
      }
      const { user, system } = process.cpuUsage(before);
      return { times, cpu: (user + system) / 1000 };
    },
    async parameters() {
      return Object.fromEntries(step.parameters()) as unknown as Weights;
    },
    gemm: (size, calls) => ownGemm(size, calls, threads),
    stop: () => step.dispose(),
  };
}

async function ownGemm(size: number, calls: number, threads: number): Promise<number[]> {
  const a = g.input('a', [size, size]);
  const b = g.parameter('b', [size, size], g.zeros());
  const value = new Float32Array(size * size).fill(0.5);
  const parameters = new Map([['b', value]]);
  const forward = await g.compileForward({
    inputs: [a],
    outputs: { c: g.matmul(a, b) },
    parameters,
    threads,
  });
  const times: number[] = [];
  for (let call = 0; call <= calls; call++) {
    const begin = performance.now();
    await forward.run({ a: value });
    if (call > 0) times.push(performance.now() - begin);
  }
  await forward.dispose();
  return times;
}

const PIP = 'in a checkout: python3 -m venv bench/rivals/.venv && bench/rivals/.venv/bin/pip install';
const NPM = 'in a checkout: npm install --prefix bench/rivals/npm --ignore-scripts';

/** How an engine may be set up; all ways take part, the fastest counts. */
interface Way {
  readonly name: string;
  readonly setting?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface TrainRival {
  readonly engine: 'torch' | 'jax' | 'jax-js' | 'tfjs-wasm';
  readonly driver: string;
  readonly install: string;
  readonly ways: (threads: number) => readonly Way[];
}

/**
 * PyTorch's threads wait for work in a loop unless told to sleep: fastest on an idle machine, ten times slower on a
 * busy one. jax-js's workers cost more than they give on small kernels. XLA's pool has PJRT_NPROC threads.
 */
export const TRAIN_RIVALS: readonly TrainRival[] = [
  {
    engine: 'torch',
    driver: 'torch_train.py',
    install: `${PIP} torch numpy`,
    ways: () =>
      ['eager', 'compiled'].flatMap((name) => [
        { name, setting: 'threads spin' },
        { name, setting: 'threads sleep', env: { OMP_WAIT_POLICY: 'passive' } },
      ]),
  },
  {
    engine: 'jax',
    driver: 'jax_train.py',
    install: `${PIP} jax numpy`,
    ways: (threads) => [{ name: 'jit', env: { PJRT_NPROC: `${threads}` } }],
  },
  {
    engine: 'jax-js',
    driver: 'jax_js_train.mjs',
    install: `${NPM} @jax-js/jax`,
    ways: (threads) =>
      [...new Set([1, threads])].map((count) => ({
        name: 'jit',
        env: { UNSEEN_BENCH_THREADS: `${count}` },
      })),
  },
  {
    engine: 'tfjs-wasm',
    driver: 'tfjs_train.mjs',
    install: `${NPM} @tensorflow/tfjs @tensorflow/tfjs-backend-wasm`,
    ways: () => [{ name: 'train.momentum' }],
  },
];

/** Every way of a rival that works here; none when it is not installed. `folder` holds the problem's files. */
export async function startRival(
  rival: TrainRival,
  problem: TrainProblem,
  threads: number,
  folder: string,
): Promise<TrainEngine[]> {
  const engines: TrainEngine[] = [];
  for (const [index, way] of rival.ways(threads).entries()) {
    const child = await Rival.start(rival.driver, way.env);
    if (!child) continue;
    const { sizes, batch, learningRate, momentum } = problem;
    const numbers = { sizes, batch, batches: problem.x.length, learningRate, momentum, threads };
    const loaded = await child.ask<{ setting?: string; unable?: string; threads?: number }>({
      op: 'load',
      folder,
      way: way.name,
      ...numbers,
    });
    if (loaded.setting === undefined) {
      await child.stop();
      continue;
    }
    const setting = [loaded.setting, ...(way.setting ? [way.setting] : [])].join(', ');
    engines.push(
      rivalEngine(child, setting, loaded.threads ?? threads, join(folder, `${rival.engine}-${index}`)),
    );
  }
  return engines;
}

function rivalEngine(child: Rival, setting: string, threads: number, folder: string): TrainEngine {
  return {
    version: String(child.greeting.version),
    setting,
    threads,
    run: (warm, steps) => child.ask<Timing>({ op: 'run', warm, steps }),
    async parameters() {
      await mkdir(folder, { recursive: true });
      await child.ask({ op: 'parameters', folder });
      const read = async (name: string): Promise<Float32Array> =>
        new Float32Array(new Uint8Array(await readFile(join(folder, `${name}.f32`))).buffer);
      return {
        w1: await read('w1'),
        b1: await read('b1'),
        w2: await read('w2'),
        b2: await read('b2'),
      };
    },
    async gemm(size, calls) {
      if (!child.greeting.gemm) return [];
      return (await child.ask<{ times: number[] }>({ op: 'gemm', size, calls })).times;
    },
    stop: () => child.stop(),
  };
}
