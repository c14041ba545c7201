/**
 * What is measured, the same code in Node and in a page: 10 nearest of a million codes of 64 bits, one query a call.
 * A page's clock ticks in steps of 5 to 100 µs, so that ten calls are timed together and the median is over such tens.
 */

const QUERIES = 200;
const TOGETHER = 10;
const ROUNDS = 60;
const WARM_UP = 100;

/** sfc32 of PractRand: the same codes on both sides. */
function randomBytes(length, seed) {
  const words = new Int32Array(Math.ceil(length / 4));
  let [a, b, c, counter] = [seed, 0x9e3779b9, 0x243f6a88, 1];
  for (let i = -12; i < words.length; i++) {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    if (i >= 0) words[i] = word;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/**
 * `search` and `codes` are the package's modules. Times in ms a query; `answers` of ten queries, to compare the two sides.
 */
export async function measure({ search, codes }, { n, bits, k, threads }) {
  const database = codes.Codes.fromBytes(randomBytes((n * bits) / 8, 1), { bits });
  const queries = codes.Codes.fromBytes(randomBytes((QUERIES * bits) / 8, 2), { bits });
  const index = search.LinearIndex.from(database, { threads });
  const ask = (i) => index.search(queries.slice(i % QUERIES, (i % QUERIES) + 1), { k });
  for (let i = 0; i < WARM_UP; i++) await ask(i);
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    for (let i = 0; i < TOGETHER; i++) await ask(round * TOGETHER + i);
    times.push((performance.now() - begin) / TOGETHER);
  }
  times.sort((a, b) => a - b);
  const answers = (await index.search(queries.slice(0, 10), { k })).map((hits) =>
    hits.map(({ row, distance }) => [row, distance]),
  );
  const result = { engine: index.engine, threads: index.threads, medianMs: times[times.length >> 1] };
  index.close();
  return { ...result, bestMs: times[0], answers };
}
