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

interface Loaded {
  readonly seconds: number;
  readonly bytes: number | null;
  readonly setting: string;
}

/** A rival that is installed here. */
export class SearchRival {
  readonly name: SearchEngineName;
  /** Of the rival, as its driver says. */
  readonly version: string;
  /** Level of its kernels, where it says. */
  readonly simd: string | undefined;
  /** Levels that its build has, where it says. */
  readonly compiled: string | undefined;

  private constructor(name: SearchEngineName, { version, simd, compiled }: Rival['greeting']) {
    this.name = name;
    this.version = String(version);
    this.simd = simd === undefined ? undefined : String(simd);
    this.compiled = compiled === undefined ? undefined : String(compiled);
  }

  /** Undefined when it is not installed here. */
  static async find(name: SearchEngineName): Promise<SearchRival | undefined> {
    const rival = await Rival.start(ENGINE_FACTS[name].driver!);
    await rival?.stop();
    return rival && new SearchRival(name, rival.greeting);
  }

  /** In a new process, so that what it grows by is what the index takes; or why it cannot hold the codes. */
  async load({
    codes,
    queries,
    bits,
    threads,
    folder,
  }: RivalProblem): Promise<LoadedEngine | { readonly unable: string }> {
    const { name, version } = this;
    const rival = (await Rival.start(ENGINE_FACTS[name].driver!))!;
    const request = { op: 'load', engine: name, codes, queries, bits, threads };
    const loaded = await rival
      .ask<Answer<Loaded>>(request)
      .catch((error: Error) => ({ error: error.message }));
    if ('error' in loaded) {
      await rival.stop();
      return { unable: loaded.error };
    }
    return {
      name,
      version,
      exact: ENGINE_FACTS[name].exact,
      setting: loaded.setting,
      buildSeconds: loaded.seconds,
      bytes: loaded.bytes,
      async time(k, batch, threads, from, calls) {
        const request = { op: 'search', k, batch, threads, from, calls };
        return (await ask<{ readonly times: number[] }>(name, rival, request)).times;
      },
      async answers(k, queries) {
        const [distances, rows] = ['distances', 'rows'].map((what) => join(folder, `${name}-${what}`));
        await ask(name, rival, { op: 'answers', k, queries, distances, rows });
        const bytes = async (file: string) => new Uint8Array(await readFile(file)).buffer;
        return {
          distances: new Int32Array(await bytes(distances!)),
          rows: Float64Array.from(new BigInt64Array(await bytes(rows!)), Number),
        };
      },
      unload: () => rival.stop(),
    };
  }
}

async function ask<T>(name: string, rival: Rival, request: Readonly<Record<string, unknown>>): Promise<T> {
  const answer = await rival.ask<Answer<T>>(request);
  if (typeof answer === 'object' && answer !== null && 'error' in answer)
    throw new UnseenError('INTERNAL', { reason: `${name}: ${answer.error}` });
  return answer as T;
}
