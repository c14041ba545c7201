/** FAISS' `IndexBinaryFlat` as a rival: the same codes and queries, its times, and its answers against ours. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import type { Hit } from '../search/index.ts';
import { Rival } from './rival.ts';

export const FAISS_INSTALL =
  'in a checkout: python3 -m venv bench/rivals/.venv && bench/rivals/.venv/bin/pip install faiss-cpu numpy';

export class FaissFlat {
  readonly version: string;
  readonly #rival: Rival;
  readonly #folder: string;

  private constructor(rival: Rival, folder: string) {
    this.version = String(rival.greeting.version);
    this.#rival = rival;
    this.#folder = folder;
  }

  /** Undefined when no Python here has FAISS. */
  static async start(): Promise<FaissFlat | undefined> {
    const rival = await Rival.start('faiss_search.py');
    return rival && new FaissFlat(rival, await mkdtemp(join(tmpdir(), 'unseen-bench-')));
  }

  /** Puts the codes into a new index with one thread; returns the bytes that it holds. */
  async load(database: Codes, queries: Codes): Promise<number> {
    const [codesFile, queriesFile] = [this.#file('codes'), this.#file('queries')];
    await writeFile(codesFile, database.bytes);
    await writeFile(queriesFile, queries.bytes);
    const request = { op: 'load', codes: codesFile, queries: queriesFile, bits: database.bits, threads: 1 };
    return (await this.#rival.ask<{ bytes: number }>(request)).bytes;
  }

  /** Times of `calls` calls of `batch` queries each, in ms, from query `from` on. */
  async time(k: number, batch: number, from: number, calls: number): Promise<number[]> {
    return (await this.#rival.ask<{ times: number[] }>({ op: 'search', k, batch, from, calls })).times;
  }

  /**
   * Distances must be equal place by place, and rows at every distance but the last, where FAISS is free to choose
   * among equally far ones.
   * @throws `INTERNAL` naming the query.
   */
  async compare(ours: readonly Hit[][], k: number): Promise<void> {
    const [distancesFile, rowsFile] = [this.#file('distances'), this.#file('rows')];
    await this.#rival.ask({ op: 'answers', k, distances: distancesFile, rows: rowsFile });
    const distances = new Int32Array(new Uint8Array(await readFile(distancesFile)).buffer);
    const rows = new BigInt64Array(new Uint8Array(await readFile(rowsFile)).buffer);
    for (const [q, hits] of ours.entries()) {
      const theirs = Array.from(hits, (_, i) => ({
        distance: distances[q * k + i]!,
        row: Number(rows[q * k + i]!),
      })).sort((a, b) => a.distance - b.distance || a.row - b.row);
      const last = hits.at(-1)!.distance;
      for (const [i, { distance, row }] of hits.entries()) {
        if (distance === theirs[i]!.distance && (distance === last || row === theirs[i]!.row)) continue;
        throw new UnseenError('INTERNAL', {
          reason: `the answer to query ${q} differs from FAISS at place ${i}`,
        });
      }
    }
  }

  async stop(): Promise<void> {
    await this.#rival.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.bin`);
  }
}
