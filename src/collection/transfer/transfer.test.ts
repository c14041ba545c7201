import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorCode, UnseenError } from '../../errors.ts';
import {
  type Collection,
  type CollectionReader,
  createCollection,
  exportCollection,
  importCollection,
  type NewItem,
  openReader,
  readExportHeader,
} from '../index.ts';

const MODEL = 'a'.repeat(64);
const failing = (code: ErrorCode, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

let folder: string;
let collection: Collection;
let file: string;
let good: Buffer;
const items: NewItem[] = Array.from({ length: 20 }, (_, n) => ({
  id: `i${n}`,
  codes: { image: Uint8Array.of(n, 7) },
  payload: { n },
  ...(n % 5 === 0 && {
    picture: { type: 'image/gif' as const, bytes: new Uint8Array(Buffer.from(`GIF89a${n}`)) },
  }),
}));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unseen-transfer-'));
  collection = await createCollection(path.join(folder, 'one'), { name: 'one', bits: 16, model: MODEL });
  await collection.upsert(items, { model: MODEL });
  file = path.join(folder, 'one.export');
  await exportCollection(collection, file);
  good = await readFile(file);
});

afterAll(async () => {
  await collection.close();
  await rm(folder, { recursive: true, force: true });
});

/** Lines of the good export. */
const goodLines = (): string[] => gunzipSync(good).toString().trimEnd().split('\n');

/** A file of these lines, with a trailer that fits, if none is given. */
async function fileOf(lines: readonly string[], trailer?: string): Promise<string> {
  const bad = path.join(folder, 'bad.export');
  const text = lines.map((line) => `${line}\n`).join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const count = lines.filter((line) => line.startsWith('{"id"')).length;
  await writeFile(
    bad,
    gzipSync(`${text}${trailer ?? JSON.stringify({ end: true, items: count, sha256 })}\n`),
  );
  return bad;
}

/** A new collection into which nothing may come. */
async function refuses(bad: string, expected: unknown, about: string): Promise<void> {
  const { version } = collection;
  const call = importCollection(bad, collection);
  await expect(call, about).rejects.toEqual(expected);
  expect(collection.version, about).toBe(version);
}

describe('exportCollection', () => {
  it('writes lines that are what they seem', () => {
    const [header, first, picture, second] = goodLines();
    expect(JSON.parse(header!)).toEqual({
      format: 'unseen-export/1',
      name: 'one',
      bits: 16,
      model: MODEL,
      items: 20,
    });
    expect(JSON.parse(first!)).toMatchObject({ id: 'i0', codes: { image: '0007' }, payload: { n: 0 } });
    expect(Buffer.from(JSON.parse(picture!), 'base64').toString()).toBe('GIF89a0');
    expect(JSON.parse(second!)).toEqual({ id: 'i1', codes: { image: '0107' }, payload: { n: 1 } });
  });

  it('leaves nothing when it is stopped, and what was there stays', async () => {
    const there = path.join(folder, 'there.export');
    await writeFile(there, 'old');
    const before = await readdir(folder);
    const call = exportCollection(collection, there, { signal: AbortSignal.abort() });
    await expect(call).rejects.toEqual(failing('ABORTED'));
    expect(await readFile(there, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(before);
    await expect(exportCollection(collection, path.join(folder, 'no/where'))).rejects.toEqual(
      failing('FILE_UNWRITABLE'),
    );
  });

  it('is of one state, or tells that there was none: a reader stays as it is', async () => {
    const changing = await createCollection(path.join(folder, 'two'), {
      name: 'two',
      bits: 16,
      model: MODEL,
    });
    const many = Array.from({ length: 8_000 }, (_, n) => ({ ...items[n % 20]!, id: `i${n}` }));
    await changing.upsert(many, { model: MODEL });
    const reader = await openReader(path.join(folder, 'two'));
    const out = path.join(folder, 'two.export');
    const live: CollectionReader = {
      name: 'two',
      bits: 16,
      model: MODEL,
      version: 1,
      count: () => changing.count(),
      get: (id) => changing.get(id),
      picture: (id) => changing.picture(id),
      search: (query) => changing.search(query),
      stats: () => changing.stats(),
      verify: () => changing.verify(),
      close: () => changing.close(),
      items: async function* () {
        for await (const item of changing.items()) {
          if (item.id === 'i1000') await changing.delete(['i5000']);
          yield item;
        }
      },
    };
    await expect(exportCollection(live, out)).rejects.toEqual(failing('INDEX_CHANGED'));
    expect(await exportCollection(changing, out)).toEqual({ items: 7_999 });
    expect(await exportCollection(reader, out)).toEqual({ items: 8_000 });
    await reader.close();
    await changing.close();
  });
});

describe('importCollection', () => {
  it('tells of any cut, and writes nothing', async () => {
    const bad = path.join(folder, 'bad.export');
    for (let length = 0; length < good.length; length += 7) {
      await writeFile(bad, good.subarray(0, length));
      await refuses(bad, failing('EXPORT_DAMAGED'), `${length} bytes`);
    }
    const lines = goodLines();
    for (let count = 0; count < lines.length; count++) {
      await writeFile(
        bad,
        gzipSync(
          lines
            .slice(0, count)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      );
      await refuses(bad, failing('EXPORT_DAMAGED'), `${count} lines`);
    }
  });

  it('tells of any changed byte under the gzip, or takes the same', async () => {
    const text = gunzipSync(good);
    const bad = path.join(folder, 'bad.export');
    const { version } = collection;
    for (let at = 0; at < text.length; at += 3) {
      const changed = Buffer.from(text);
      changed[at]! ^= 1 << (at % 7);
      await writeFile(bad, gzipSync(changed, { level: 1 }));
      const cause = await importCollection(bad, collection).catch((error: unknown) => error);
      expect(cause, `byte ${at}`).toBeInstanceOf(UnseenError);
      expect(['EXPORT_DAMAGED', 'COLLECTION_FORMAT_UNKNOWN', 'COLLECTION_OTHER_MODEL']).toContain(
        (cause as UnseenError).code,
      );
    }
    expect(collection.version).toBe(version);
  });

  it('takes any bytes without harm', async () => {
    const bad = path.join(folder, 'bad.export');
    const line = fc.oneof(fc.json(), fc.string(), fc.constantFrom(...goodLines()));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(line, { maxLength: 8 }).map((lines) => gzipSync(lines.join('\n'))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await writeFile(bad, content);
        const cause = await importCollection(bad, collection).catch((error: unknown) => error);
        expect(cause).toBeInstanceOf(UnseenError);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what is wrong in a line, and names it', async () => {
    const [header, first, picture, second, ...rest] = goodLines().slice(0, -1) as [
      string,
      string,
      string,
      string,
    ];
    const changed = (line: string, change: object): string =>
      JSON.stringify({ ...JSON.parse(line), ...change });
    const other = Buffer.from('GIF89aX').toString('base64');
    const cases: [string, string[], string, ErrorCode?][] = [
      ['an item more', [header, first, picture, second, ...rest, second.replace('i1', 'i99')], 'trailer'],
      ['an item less', [header, first, picture, ...rest], 'line '],
      ['another code', [header, first, picture, second.replace('0107', '01'), ...rest], 'line 4'],
      ['no code', [header, first, picture, changed(second, { codes: {} }), ...rest], 'line 4'],
      ['a strange key', [header, first, picture, changed(second, { more: 1 }), ...rest], 'line 4'],
      ['a bad id', [header, first, picture, changed(second, { id: 'a\n' }), ...rest], 'line 4'],
      ['a bad payload', [header, first, picture, changed(second, { payload: [1] }), ...rest], 'lines 2 to'],
      ['a trap', [header, first, picture, second.replace('"n":1', '"__proto__":1'), ...rest], 'lines 2 to'],
      ['a picture too little', [header, first, second, ...rest], 'line 3'],
      ['another picture', [header, first, `"${other}"`, second, ...rest], 'line 3'],
      [
        'the future',
        [header.replace('/1', '/2'), first, picture, second, ...rest],
        '',
        'COLLECTION_FORMAT_UNKNOWN',
      ],
      [
        'other bits',
        [header.replace('16', '24'), first, picture, second, ...rest],
        '',
        'COLLECTION_OTHER_MODEL',
      ],
      [
        'another model',
        [header.replaceAll('a'.repeat(64), 'b'.repeat(64)), first, picture, second, ...rest],
        '',
        'COLLECTION_OTHER_MODEL',
      ],
    ];
    for (const [about, lines, where, code = 'EXPORT_DAMAGED'] of cases)
      await refuses(await fileOf(lines), failing(code, where), about);
    const whole = [header, first, picture, second, ...rest];
    const trailer = JSON.stringify({ end: true, items: 20, sha256: '0'.repeat(64) });
    await refuses(await fileOf(whole, trailer), failing('EXPORT_DAMAGED', 'trailer'), 'another hash');
    const end = goodLines().at(-1)!;
    await refuses(await fileOf(whole, `${end}\n{}`), failing('EXPORT_DAMAGED', 'behind the trailer'), 'more');
    await refuses(path.join(folder, 'nowhere'), failing('FILE_UNREADABLE'), 'no file');
  });

  it('lets no bomb fill the memory', async () => {
    const bomb = path.join(folder, 'bomb.export');
    const zeros = Buffer.alloc(64 * 2 ** 20, '0');
    for (const beginning of ['', '"']) {
      // A gigabyte in a megabyte.
      const parts = [gzipSync(beginning), ...Array<Buffer>(16).fill(gzipSync(zeros))];
      await writeFile(bomb, Buffer.concat(parts));
      const before = process.memoryUsage.rss();
      const start = performance.now();
      await refuses(bomb, failing('EXPORT_DAMAGED', 'line 1'), 'bomb');
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    }
  });

  it('stops when it is told to', async () => {
    const call = importCollection(file, collection, { signal: AbortSignal.abort() });
    await expect(call).rejects.toEqual(failing('ABORTED'));
  });

  it('tells what an export holds without reading it', async () => {
    expect(await readExportHeader(file)).toMatchObject({ name: 'one', bits: 16, model: MODEL, items: 20 });
    await expect(readExportHeader(await fileOf([], ''))).rejects.toEqual(failing('EXPORT_DAMAGED', 'header'));
  });
});
