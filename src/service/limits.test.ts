/** What is too much is refused: early, cheaply, by name. */
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawings, modelOf } from '../../test/drawings.ts';
import { codeOf, codesCollection, runService } from '../../test/running-service.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { Model } from '../model/index.ts';
import { LIMITS, type Limits, limitsOf } from './limits.ts';

/** Milliseconds that a bomb may take. A machine that does other things too gets some more. */
const AT_MOST = 100;
const PATIENCE = 5;

let model: Model;
beforeAll(async () => {
  model = await modelOf(await drawings());
});

async function withCodes(limits: Partial<Limits> = {}) {
  const collections = [{ collection: await codesCollection(await temporaryFolder(), 4) }];
  return runService({ collections, limits });
}

async function ask(
  url: string,
  path: string,
  type: string,
  body: BodyInit,
  headers: Record<string, string> = {},
) {
  const start = performance.now();
  const method = path.includes('/items/') ? 'PUT' : 'POST';
  const response = await fetch(url + path, { method, headers: { 'content-type': type, ...headers }, body });
  const answer = await response.text();
  const code = response.headers.get('content-type')?.includes('problem')
    ? JSON.parse(answer).code
    : undefined;
  return { status: response.status, code, answer, milliseconds: performance.now() - start };
}

/** A PNG that says that it has so many pixels, with next to nothing in it. */
function pngBomb(width: number, height: number): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = chunk('IDAT', deflateSync(Buffer.alloc(1_000_000)));
  return new Uint8Array(
    Buffer.concat([signature, chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]),
  );
}

describe('bombs', () => {
  it('a compressed body is refused before a byte of it is unpacked', async () => {
    const { url } = await withCodes();
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20)));
    for (const [path, type] of [
      ['/v1/collections/codes/search', 'application/json'],
      ['/v1/collections/codes/items', 'application/x-ndjson'],
      ['/v1/collections/codes/search', 'image/png'],
    ] as const) {
      await ask(url, path, type, '{}'); // the first request of a process takes longer
      for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
        const said = await ask(url, path, type, bomb, { 'content-encoding': encoding });
        expect([said.status, said.code]).toEqual([415, 'MEDIA_TYPE_UNKNOWN']);
        expect(said.milliseconds).toBeLessThan(AT_MOST * PATIENCE);
      }
    }
  });

  it('a picture that says it has too many pixels is refused by its head', async () => {
    const { url, client } = await runService({ model });
    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    const small = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await ask(url, '/v1/collections/shapes/search', 'image/png', new Uint8Array(small));
    for (const [width, height] of [
      [50_000, 50_000],
      [65_535, 400],
      [1, 2 ** 31 - 1],
    ] as const) {
      const bomb = pngBomb(width, height);
      const said = await ask(url, '/v1/collections/shapes/search', 'image/png', bomb);
      expect([400, 413]).toContain(said.status);
      expect(said.code).toMatch(/^PICTURE_(TOO_LARGE|UNREADABLE)$/);
      expect(said.milliseconds).toBeLessThan(AT_MOST * PATIENCE);
      const image = Buffer.from(bomb).toString('base64');
      const put = await ask(
        url,
        '/v1/collections/shapes/items/a',
        'application/json',
        JSON.stringify({ image }),
      );
      expect(put.code).toBe(said.code);
      expect(put.milliseconds).toBeLessThan(AT_MOST * PATIENCE);
    }
    const plain = await sharp({ create: { width: 6_000, height: 6_000, channels: 3, background: 'red' } })
      .webp()
      .toBuffer();
    const said = await ask(url, '/v1/collections/shapes/search', 'image/webp', new Uint8Array(plain));
    expect([said.status, said.code]).toEqual([413, 'PICTURE_TOO_LARGE']);
    expect(said.milliseconds).toBeLessThan(AT_MOST * PATIENCE);
  });

  it('pictures that can name other files, and files that are none, are refused by their first bytes', async () => {
    const { url, client } = await runService({ model });
    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    const tiff = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .tiff()
      .toBuffer();
    for (const file of [
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '%PDF-1.7',
      'GIF7',
      'hello',
      new Uint8Array(tiff),
    ]) {
      const said = await ask(url, '/v1/collections/shapes/search', 'image/png', file);
      expect([said.status, said.code]).toEqual([415, 'PICTURE_FORMAT']);
    }
  });
});

describe('limits', () => {
  it('a body, a line, a form and its parts have a largest size', async () => {
    const limits = {
      jsonBytes: 2_000,
      lineBytes: 2_000,
      lines: 5,
      pictureBytes: 1_024,
      formBytes: 3_000,
      formPictures: 3,
    };
    const { url } = await withCodes(limits);
    const json = JSON.stringify({ text: 'x'.repeat(3_000) });
    expect(await ask(url, '/v1/collections/codes/search', 'application/json', json)).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
    expect(await ask(url, '/v1/collections/codes/search', 'image/png', new Uint8Array(5_000))).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
    const line = (id: string, more = '') =>
      `${JSON.stringify({ id, codes: { image: codeOf(1) }, payload: { more } })}\n`;
    const longLine = await ask(
      url,
      '/v1/collections/codes/items',
      'application/x-ndjson',
      line('a') + line('b', 'x'.repeat(3_000)) + line('c'),
    );
    expect(
      longLine.answer
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toMatchObject([
      { line: 1, status: 'added' },
      { line: 2, status: 'failed', error: { code: 'BODY_TOO_LARGE' } },
    ]);
    const manyLines = await ask(
      url,
      '/v1/collections/codes/items',
      'application/x-ndjson',
      Array.from({ length: 9 }, (_, i) => line(String(i))).join(''),
    );
    const answers = manyLines.answer
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(answers).toHaveLength(6);
    expect(answers[5]).toMatchObject({ line: 6, error: { code: 'BODY_TOO_LARGE' } });
    const form = async (sizes: readonly number[], field = 'picture') => {
      const data = new FormData();
      for (const [i, size] of sizes.entries())
        data.append(field, new Blob([new Uint8Array(size)]), `${i}.png`);
      const response = await fetch(`${url}/v1/collections/codes/pictures`, { method: 'POST', body: data });
      const said = await response.json();
      return [
        response.status,
        said.code ?? said.results.map((one: { error?: { code: string } }) => one.error?.code),
      ];
    };
    expect(await form([5_000])).toEqual([200, ['PICTURE_TOO_LARGE']]);
    expect(await form([1_000, 1_000, 1_500])).toEqual([413, 'BODY_TOO_LARGE']);
    expect(await form([10, 10, 10, 10])).toEqual([413, 'BODY_TOO_LARGE']);
    expect(await form([10], 'file')).toEqual([400, 'REQUEST_INVALID']);
    expect(await form([])).toEqual([400, 'REQUEST_INVALID']);
  });

  it('a body of another type than the operation takes is refused before it is read', async () => {
    const { url } = await withCodes();
    for (const [path, type] of [
      ['/v1/collections/codes/search', 'text/plain'],
      ['/v1/collections/codes/search', 'application/x-www-form-urlencoded'],
      ['/v1/collections/codes/items/a', 'image/png'],
      ['/v1/collections/codes/items', 'application/json'],
      ['/v1/collections/codes/pictures', 'image/png'],
      ['/v1/collections/codes/compact', 'application/json'],
    ] as const)
      expect(await ask(url, path, type, '{}'), `${path} ${type}`).toMatchObject({
        status: 415,
        code: 'MEDIA_TYPE_UNKNOWN',
      });
  });

  it('are refused out of their range, and all have a default within it', () => {
    for (const [name, { default: byDefault, least, most }] of Object.entries(LIMITS)) {
      expect(byDefault >= least && byDefault <= most, name).toBe(true);
      for (const wrong of [least - 1, most + 1, byDefault + 0.5, Number.NaN, '1'])
        expect(() => limitsOf({ [name]: wrong as number })).toThrow(`limits.${name}`);
    }
    expect(() => limitsOf({ kings: 1 } as Partial<Limits>)).toThrow(/is none of/);
    expect(limitsOf({ lines: 7 })).toMatchObject({ lines: 7, batch: LIMITS.batch.default });
  });
});
