/**
 * USearch as a search rival. Its JavaScript binding takes no packed bits (arrays are counted and cast as numbers), so codes
 * go in as numbers 0 and 1: `usearch` stores them as bits again (`b1`) and asks its graph by Hamming distance;
 * `usearch-exact` scans them as bytes, where the squared Euclidean distance of 0 and 1 is the Hamming distance (asked for
 * "hamming" on bytes it answers NaN). Making numbers of the queries is outside the clock.
 */
import { rivalRequire, rivalVersion, serveSearch, unpack } from './search_driver.mjs';

const { Index, MetricKind, ScalarKind, exactSearch } = rivalRequire('usearch');

const hits = ({ keys, distances }) =>
  Array.from(keys, (key, i) => ({ row: Number(key), distance: distances[i] }));

const hitsOf = (matches, count) =>
  count === 1 ? [hits(matches)] : Array.from({ length: count }, (_, i) => hits(matches.get(i)));

const joined = (queries, Type) => unpack(Uint8Array.from(queries.flatMap((query) => [...query])), Type);

class Graph {
  async load({ bits, width, threads, pieces }) {
    const before = process.memoryUsage().rss;
    this.index = new Index({ dimensions: bits, metric: MetricKind.Hamming, quantization: ScalarKind.B1 });
    for (const { row, codes, count } of pieces()) {
      // In small steps: as numbers the codes are 32 times as large.
      for (let from = 0; from < count; from += 1024) {
        const part = codes.subarray(from * width, Math.min(count, from + 1024) * width);
        const keys = BigUint64Array.from({ length: part.length / width }, (_, i) => BigInt(row + from + i));
        this.index.add(keys, unpack(part, Float32Array), threads);
      }
    }
    const bytes = Math.max(0, process.memoryUsage().rss - before);
    return { bytes, setting: `b1, connectivity ${this.index.connectivity()}, expansion as it comes` };
  }

  prepare = (queries) => ({ count: queries.length, values: joined(queries, Float32Array) });

  search = ({ count, values }, k) => hitsOf(this.index.search(values, k, 1), count);
}

class Exact {
  async load({ bits, width, count, pieces }) {
    this.bits = bits;
    this.codes = new Int8Array(count * bits);
    for (const { row, codes } of pieces()) this.codes.set(unpack(codes, Int8Array), row * 8 * width);
    return { bytes: this.codes.length, setting: 'exactSearch, one byte a bit, squared Euclidean' };
  }

  prepare = (queries) => ({ count: queries.length, values: joined(queries, Int8Array) });

  search = ({ count, values }, k) =>
    hitsOf(exactSearch(this.codes, values, this.bits, k, MetricKind.L2sq, 1), count);
}

await serveSearch((name) => (name === 'usearch' ? new Graph() : new Exact()), {
  version: rivalVersion('usearch'),
});
