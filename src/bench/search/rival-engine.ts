/** Rivals as engines of the benchmark: each in a process of its own, given the codes as a file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnseenError } from '../../errors.ts';
import { Rival } from '../rival.ts';
import { ENGINE_FACTS, type LoadedEngine, type SearchEngineName } from './engine.ts';

export interface RivalProblem {
  /** Files of packed codes. */
  readonly codes: string;
  readonly queries: string;
  readonly bits: number;
  readonly threads: number;
  /** For files of answers. */
  readonly folder: string;
}

type Answer<T> = T | { readonly error: string };

export class SearchRival {
  readonly name: SearchEngineName;
  /** Of the rival, as its driver says. */
  readonly version: string;
  /** Level of its kernels, where it says. */
  readonly simd: string | undefined;
  /** Levels that its build has, where it says. */
  readonly compiled: string | undefined;
  readonly #rival: Rival;

  private constructor(name: SearchEngineName, rival: Rival) {
    const { version, simd, compiled } = rival.greeting;
    this.name = name;
    this.version = String(version);
    this.simd = simd === undefined ? undefined : String(simd);
    this.compiled = compiled === undefined ? undefined : String(compiled);
    this.#rival = rival;
  }

  /** Undefined when it is not installed here. */
  static async start(name: SearchEngineName): Promise<SearchRival | undefined> {
    const rival = await Rival.start(ENGINE_FACTS[name].driver!);
    return rival && new SearchRival(name, rival);
  }

  /** @throws `INTERNAL` with what the rival says when it cannot hold the codes. */
  async load({ codes, queries, bits, threads, folder }: RivalProblem): Promise<LoadedEngine> {
    const request = { op: 'load', engine: this.name, codes, queries, bits, threads };
    const loaded = await this.#ask<{ seconds: number; bytes: number | null; setting: string }>(request);
    return {
      name: this.name,
      version: this.version,
      exact: ENGINE_FACTS[this.name].exact,
      setting: loaded.setting,
      buildSeconds: loaded.seconds,
      bytes: loaded.bytes,
      time: async (k, batch, threads, from, calls) =>
        (await this.#ask<{ times: number[] }>({ op: 'search', k, batch, threads, from, calls })).times,
      answers: async (k, queries) => {
        const [distances, rows] = ['distances', 'rows'].map((what) => join(folder, `${this.name}-${what}`));
        await this.#ask({ op: 'answers', k, queries, distances, rows });
        const bytes = async (file: string) => new Uint8Array(await readFile(file)).buffer;
        return {
          distances: new Int32Array(await bytes(distances!)),
          rows: Float64Array.from(new BigInt64Array(await bytes(rows!)), Number),
        };
      },
      unload: async () => {}, // the next load lets go of it, or the end of the process
    };
  }

  stop(): Promise<void> {
    return this.#rival.stop();
  }

  async #ask<T>(request: Readonly<Record<string, unknown>>): Promise<T> {
    const answer = await this.#rival.ask<Answer<T>>(request);
    if (typeof answer === 'object' && answer !== null && 'error' in answer)
      throw new UnseenError('INTERNAL', { reason: `${this.name}: ${answer.error}` });
    return answer as T;
  }
}
