/**
 * What the JavaScript training rivals share; the protocol is that of `train_driver.py`, without `gemm`.
 * An engine has load(problem) → what it chose, reset(), step(i) → loss as a number, and parameters().
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export const NAMES = ['w1', 'b1', 'w2', 'b2'];

/** Rivals are installed beside the drivers, in a folder of their own. */
const installed = createRequire(new URL('npm/package.json', import.meta.url));

export const rivalVersion = (name) =>
  JSON.parse(readFileSync(new URL(`npm/node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

export const rivalModule = (name) => import(pathToFileURL(installed.resolve(name)).href);

export const rivalRequire = installed;

/** @returns {Float32Array[]} the file's rows */
function rows(folder, name, count) {
  const bytes = readFileSync(join(folder, `${name}.f32`));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const length = all.length / count;
  return Array.from({ length: count }, (_, i) => all.slice(i * length, (i + 1) * length));
}

function readProblem({ folder, sizes: [d, h, k], batch, batches, learningRate, momentum, threads }) {
  return {
    batch,
    sizes: [d, h, k],
    learningRate,
    momentum,
    threads,
    weights: NAMES.map((name) => rows(folder, name, 1)[0]),
    shapes: [[d, h], [h], [h, k], [k]],
    x: rows(folder, 'x', batches),
    s: rows(folder, 's', batches),
  };
}

async function answer(engine, request) {
  if (request.op === 'load') return await engine.load(readProblem(request));
  if (request.op === 'run') {
    const times = [];
    engine.reset();
    let before = process.cpuUsage();
    for (let i = 0; i < request.warm + request.steps; i++) {
      if (i === request.warm) before = process.cpuUsage();
      const begin = performance.now();
      await engine.step(i);
      if (i >= request.warm) times.push(performance.now() - begin);
    }
    const { user, system } = process.cpuUsage(before);
    return { times, cpu: (user + system) / 1000 };
  }
  const values = await engine.parameters();
  NAMES.forEach((name, i) => {
    writeFileSync(join(request.folder, `${name}.f32`), values[i]);
  });
  return {};
}

export async function serve(engine, version) {
  process.stdout.write(`${JSON.stringify({ version })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(engine, JSON.parse(line)))}\n`);
  }
  process.exit(0); // worker threads would keep the process alive
}
