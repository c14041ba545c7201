/** Our indexes as engines of the benchmark. */
import type { Codes } from '../../codes/index.ts';
import { type HammingIndex, LinearIndex, MultiIndexHash, type SearchWork } from '../../search/index.ts';
import type { Answers, LoadedEngine } from './engine.ts';

export async function loadOwn(
  name: 'linear' | 'mih',
  version: string,
  codes: Codes,
  queries: Codes,
  threads: number,
): Promise<LoadedEngine & { readonly index: HammingIndex }> {
  const begin = performance.now();
  const index = (name === 'linear' ? LinearIndex : MultiIndexHash).from(codes, { threads });
  await index.search(queries.slice(0, 1)); // what building put off, threads among it
  const buildSeconds = (performance.now() - begin) / 1000;
  let work: SearchWork | undefined;
  return {
    name,
    index,
    version,
    exact: true,
    setting: `${index.engine}, built with ${index.threads} thread${index.threads === 1 ? '' : 's'}`,
    buildSeconds,
    get bytes() {
      return index.bytes; // scratch of searches included
    },
    get work() {
      return work;
    },
    async time(k, batch, threads, from, calls) {
      const times: number[] = [];
      for (let call = 0; call < calls; call++) {
        const start = (from + call * batch) % (queries.count - batch + 1);
        const block = queries.slice(start, start + batch);
        const begin = performance.now();
        await index.search(block, { k, threads });
        times.push(performance.now() - begin);
      }
      return times;
    },
    async answers(k, count): Promise<Answers> {
      const found = await index.explain(queries.slice(0, count), { k });
      work = found.work;
      const distances = new Int32Array(count * k).fill(-1);
      const rows = new Float64Array(count * k).fill(-1);
      for (const [q, hits] of found.hits.entries()) {
        for (const [i, { row, distance }] of hits.entries()) {
          distances[q * k + i] = distance;
          rows[q * k + i] = row;
        }
      }
      return { distances, rows };
    },
    async unload() {
      index.close();
    },
  };
}
