import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { openReader } from '../../collection/index.ts';
import { makeSplit } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { createMethod } from '../../methods/index.ts';
import type { Model } from '../../model/index.ts';
import { createClient } from '../../service/client/index.ts';
import type { Call } from '../command.ts';
import { run as runProgram } from '../program.ts';
import type { Half, HalfName } from './half.ts';
import { demo, type Opener } from './run.ts';

const call: Call = {
  signal: new AbortController().signal,
  progress: { update() {}, show() {}, line() {}, stop() {} },
};

/** A half that is done at once. */
const half = (name: HalfName): Half => ({
  verdict: `${name} won`,
  description: `what was done with ${name}`,
  tables: [],
  plots: [],
  pictures: { [`${name}.png`]: { png: new Uint8Array([1]), alt: name } },
  facts: { [`${name} fact`]: '1' },
  results: { verdict: { won: name }, runs: [], summary: [] },
  saved: `${name}.txt`,
  next: (folder) => `go on with ${name} in ${folder}`,
  save: (folder) => writeFile(path.join(folder, `${name}.txt`), name),
  collections: [
    {
      name,
      model: model!,
      rows: 3,
      async *items() {
        for (const id of ['a', 'b', 'c'])
          yield [{ id, codes: { image: new Uint8Array([id.charCodeAt(0)]) } }];
      },
    },
  ],
});
/** Of the collections; what it encodes does not matter here. */
let model: Model | undefined;
beforeAll(async () => {
  const data = syntheticDataset({ classes: 6, perClass: 20 });
  const split = makeSplit(data, { protocol: 'zero-shot', unseen: 2, seed: 0 });
  model = await createMethod('lsh', { bits: 8 }).fit(data, split);
});

const log: string[] = [];
const opener =
  (name: HalfName, work: () => Promise<Half> = async () => half(name)): Opener =>
  async () => {
    log.push(`open ${name}`);
    return async (seeds) => {
      log.push(`study ${name} ${seeds}`);
      return work();
    };
  };
const openers = { icons: opener('icons'), emoji: opener('emoji') };
/** In the output, beside collections. */
const written = ['emoji.png', 'emoji.txt', 'icons.png', 'icons.txt', 'index.html', 'results.json'];
const stopped = async (): Promise<Half> => {
  throw new UnseenError('ABORTED', { during: 'training', kept: 'Nothing was written.' });
};

async function run(only?: HalfName, halves: Readonly<Record<HalfName, Opener>> = openers) {
  const out = path.join(await temporaryFolder(), 'report');
  log.length = 0;
  const options = { serve: false, out, seeds: [3, 4], port: 0, ...(only && { only }) };
  const result = await demo(options, call, halves);
  const read = (name: string): Promise<string> => readFile(path.join(out, name), 'utf8');
  return { result, out, read, files: (await readdir(out)).sort() };
}

describe('the demo', () => {
  it('does both halves, and opens the data of both before it trains', async () => {
    const { result, out, read, files } = await run();
    expect(log).toEqual(['open icons', 'open emoji', 'study icons 3,4', 'study emoji 3,4']);
    expect(files).toEqual(['collections', ...written]);
    const results = JSON.parse(await read('results.json'));
    expect(results).toEqual(result.json);
    expect(results).toMatchObject({ verdict: { won: 'icons' }, emoji: { verdict: { won: 'emoji' } } });
    expect(results.environment.node).toBe(process.version);
    const page = await read('index.html');
    for (const part of ['icons won', 'emoji won']) expect(page).toContain(part);
    expect(result.text).toContain(`go on with emoji in ${out}`);
    expect(result.failure).toBeUndefined();
  });

  it('does one half alone with --only', async () => {
    const emoji = await run('emoji');
    expect(log).toEqual(['open emoji', 'study emoji 3,4']);
    expect(emoji.files).toEqual(['collections', 'emoji.png', 'emoji.txt', 'index.html', 'results.json']);
    expect(Object.keys(JSON.parse(await emoji.read('results.json')))).toEqual(['environment', 'emoji']);
    const icons = await run('icons');
    expect(log).toEqual(['open icons', 'study icons 3,4']);
    expect(JSON.parse(await icons.read('results.json'))).not.toHaveProperty('emoji');
    expect(await icons.read('index.html')).not.toContain('emoji');
  });

  it('refuses a half that there is not, before anything is done', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await runProgram(['demo', '--only', 'both'])).toBe(2);
      expect(written.mock.calls.join('')).toMatch(/CALL_INVALID.*icons, emoji/s);
    } finally {
      written.mockRestore();
    }
  });

  it('keeps the first half when the second is stopped, and says so', async () => {
    const { result, files } = await run(undefined, { ...openers, emoji: opener('emoji', stopped) });
    expect(files).toEqual(['icons.png', 'icons.txt', 'index.html', 'results.json']);
    expect(result.json).toMatchObject({ verdict: { won: 'icons' }, aborted: true });
    expect(result.failure).toMatchObject({ code: 'ABORTED', exit: 1 });
    expect(result.failure!.hint).toContain('icons');
    expect(result.afterwards).toBeUndefined();
  });

  it('writes nothing when the first half is stopped, or when the second fails', async () => {
    await expect(run(undefined, { ...openers, icons: opener('icons', stopped) })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(log).not.toContain('study emoji 3,4');
    const broken = opener('emoji', () => Promise.reject(new TypeError('a bug')));
    await expect(run(undefined, { ...openers, emoji: broken })).rejects.toThrow('a bug');
  });

  it('makes a collection of each half, also when nothing is served', async () => {
    const { out } = await run();
    for (const name of ['icons', 'emoji']) {
      const reader = await openReader(path.join(out, 'collections', name));
      expect([reader.name, reader.model, await reader.count()]).toEqual([name, model!.fingerprint, 3]);
      await reader.close();
    }
  });

  it('keeps report and models when it is stopped while collections are made', async () => {
    const stop = new AbortController();
    const late = half('emoji');
    const stopping: Half = {
      ...late,
      collections: [
        {
          ...late.collections[0]!,
          async *items() {
            stop.abort();
            yield* late.collections[0]!.items();
          },
        },
      ],
    };
    const out = path.join(await temporaryFolder(), 'report');
    const options = { serve: false, out, seeds: [0], port: 0 };
    const stopped = { ...call, signal: stop.signal };
    const halves = { ...openers, emoji: opener('emoji', async () => stopping) };
    const { failure } = await demo(options, stopped, halves);
    expect(failure).toMatchObject({ code: 'ABORTED', exit: 1 });
    expect((await readdir(out)).sort()).toEqual(written);
  });

  it('serves the page, its collections and the report', async () => {
    const out = path.join(await temporaryFolder(), 'report');
    const stop = new AbortController();
    let url = '';
    const progress = {
      ...call.progress,
      line(text: string) {
        url = /http:\S+\//.exec(text)?.[0] ?? url;
      },
    };
    const options = { serve: true, out, seeds: [0], port: 0 };
    const { afterwards } = await demo(options, { signal: stop.signal, progress }, openers);
    const served = afterwards!();
    await vi.waitFor(() => expect(url).not.toBe(''), 30_000);
    expect(await (await fetch(url)).text()).toContain('<div id="app">');
    const report = await (await fetch(`${url}report/`)).text();
    expect(report).toBe(await readFile(path.join(out, 'index.html'), 'utf8'));
    const { collections } = await createClient({ url }).listCollections();
    expect(collections.map(({ name, items }) => [name, items])).toEqual([
      ['emoji', 3],
      ['icons', 3],
    ]);
    stop.abort();
    await served;
    await expect(fetch(url)).rejects.toThrow();
  });
});
