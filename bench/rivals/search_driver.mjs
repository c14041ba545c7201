/**
 * What the JavaScript search rivals share; the protocol is that of `faiss_search.py`. An engine has
 * load(problem) → {bytes, setting}, prepare(queries as packed bytes, one array a query) → what search takes,
 * and search(prepared queries, k) → hits {row, distance} of each, for a list of one or more.
 */
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** Codes read at a time. */
const CHUNK = 1 << 16;

/** Rivals are installed beside the drivers, in a folder of their own. */
export const rivalRequire = createRequire(new URL('npm/package.json', import.meta.url));

export const rivalModule = (name) => import(pathToFileURL(rivalRequire.resolve(name)).href);

export const rivalVersion = (name) =>
  JSON.parse(readFileSync(new URL(`npm/node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** `[n, bits]` of 0 and 1, the form that engines of real numbers take. */
export function unpack(packed, Type) {
  const values = new Type(packed.length * 8);
  for (let i = 0; i < values.length; i++) values[i] = (packed[i >> 3] >> (i & 7)) & 1;
  return values;
}

/** The codes of a file in pieces: a view of packed bytes that is good until the next piece, and its first row. */
function* pieces(file, width) {
  const handle = openSync(file);
  const buffer = new Uint8Array(CHUNK * width);
  try {
    for (let row = 0; ; row += CHUNK) {
      const length = readSync(handle, buffer, 0, buffer.length, null);
      if (length === 0) return;
      yield { row, codes: buffer.subarray(0, length), count: length / width };
    }
  } finally {
    closeSync(handle);
  }
}

async function load(engine, request) {
  const width = request.bits / 8;
  const count = statSync(request.codes).size / width;
  const problem = { ...request, width, count, pieces: () => pieces(request.codes, width) };
  const begin = performance.now();
  const { bytes, setting } = await engine.load(problem);
  const seconds = (performance.now() - begin) / 1000;
  const packed = readFileSync(request.queries);
  const queries = Array.from({ length: packed.length / width }, (_, i) =>
    Uint8Array.from(packed.subarray(i * width, (i + 1) * width)),
  );
  return { queries, prepared: new Map(), answer: { seconds, bytes, setting } };
}

async function time(engine, { queries, prepared }, { k, batch, from, calls }) {
  const times = [];
  for (let call = 0; call < calls; call++) {
    const start = (from + call * batch) % (queries.length - batch + 1);
    const key = `${start}/${batch}`;
    if (!prepared.has(key)) prepared.set(key, engine.prepare(queries.slice(start, start + batch)));
    const block = prepared.get(key);
    const begin = performance.now();
    await engine.search(block, k);
    times.push(performance.now() - begin);
  }
  return { times };
}

async function answers(engine, { queries }, request) {
  const { k } = request;
  const distances = new Int32Array(request.queries * k).fill(-1);
  const rows = new BigInt64Array(request.queries * k).fill(-1n);
  for (let q = 0; q < request.queries; q++) {
    const [hits] = await engine.search(engine.prepare([queries[q]]), k);
    for (const [i, { row, distance }] of hits.entries()) {
      distances[q * k + i] = distance;
      rows[q * k + i] = BigInt(row);
    }
  }
  writeFileSync(request.distances, distances);
  writeFileSync(request.rows, rows);
  return {};
}

/** `make(name)` gives a new engine of that name. */
export async function serveSearch(make, greeting) {
  process.stdout.write(`${JSON.stringify(greeting)}\n`);
  let engine;
  let loaded;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      if (request.op === 'load') {
        await engine?.close?.();
        loaded = undefined;
        engine = make(request.engine);
        loaded = await load(engine, request);
        answer = loaded.answer;
      } else if (request.op === 'search') answer = await time(engine, loaded, request);
      else answer = await answers(engine, loaded, request);
    } catch (error) {
      answer = { error: String(error?.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0); // threads of an engine would keep the process alive
}
