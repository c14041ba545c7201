/** Every operation against a running service, through the client, held against its schema. */
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Drawing, drawings, modelOf } from '../../test/drawings.ts';
import { BITS, changed, codeOf, codesCollection, NO_MODEL, runService } from '../../test/running-service.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { Model } from '../model/index.ts';
import { OPERATIONS, type OperationName } from './api/operations.ts';
import { problem } from './api/problem.ts';
import { SCHEMAS, type Schemas } from './api/routes.ts';
import type { ItemResult, ServiceRefusal } from './client/index.ts';

let made: Drawing[];
let model: Model;
beforeAll(async () => {
  made = await drawings();
  model = await modelOf(made);
});

/** Fails where the answer has another form than its schema says, or a field more. */
function conforms(name: OperationName, answer: unknown): void {
  const { answer: schema }: Schemas = SCHEMAS[name];
  const parsed = schema!.parse(answer);
  expect(isDeepStrictEqual(parsed, answer), `${name}: ${JSON.stringify(answer)}`).toBe(true);
}

/** What a call was refused with. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (one) => one as ServiceRefusal,
  );
  expect(error?.code).toBe('SERVICE_REFUSED');
  expect(problem.parse(error!.problem)).toEqual(error!.problem);
  return error!.problem;
}

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of results) list.push(one);
  return list;
}

describe('a service with a root folder', () => {
  it('takes a collection from its making to its end, and every answer is what its schema says', async () => {
    const { client } = await runService({ model });
    const { models } = await client.listModels();
    conforms('listModels', { models });
    expect(models[0]).toMatchObject({ fingerprint: model.fingerprint, modalities: ['image', 'text'] });

    const fresh = await client.createCollection({ name: 'shapes', model: model.fingerprint });
    conforms('createCollection', fresh);
    expect(fresh).toMatchObject({ name: 'shapes', bits: 16, items: 0, backend: 'embedded' });
    conforms('listCollections', await client.listCollections());

    const { results } = await client.addPictures(
      'shapes',
      made.slice(0, 10).map(({ name, bytes }) => ({ name, file: new Uint8Array(bytes) })),
      { album: 'first' },
    );
    conforms('addPictures', { results });
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill('added'));

    const put = await client.putItem('shapes', 'a word', { text: made[0]!.caption, payload: { n: 1 } });
    conforms('putItem', put);
    expect(put).toMatchObject({ payload: { n: 1, text: made[0]!.caption }, picture: false });
    conforms('getItem', await client.getItem('shapes', 'a word'));

    const lines = await all(
      client.addItems('shapes', [
        { id: 'coded', codes: { text: 'ffff' } },
        { id: 'worded', text: made[20]!.caption },
      ]),
    );
    for (const line of lines) conforms('addItems', line);
    expect(lines.map(({ line, status }) => [line, status])).toEqual([
      [1, 'added'],
      [2, 'added'],
    ]);

    for (const body of [
      { text: made[0]!.caption },
      { code: 'ffff', codes: true },
      { item: made[0]!.name, k: 3, offset: 1 },
      { image: Buffer.from(made[0]!.bytes).toString('base64'), modality: 'image' as const },
      { text: made[0]!.caption, filter: { field: 'album', eq: 'first' }, radius: 16 },
    ])
      conforms('search', await client.search('shapes', body));
    const detail = await client.getCollection('shapes');
    conforms('getCollection', detail);
    expect(detail).toMatchObject({ items: 13, stats: { codes: { image: 10, text: 3 } } });

    const picture = await client.getPicture('shapes', made[0]!.name);
    expect(picture.type).toBe('image/png');
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array(made[0]!.bytes));

    conforms('deleteItems', await client.deleteItems('shapes', { ids: ['coded', 'nobody'] }));
    expect(await client.deleteItem('shapes', 'worded')).toBeUndefined();
    conforms('compact', await client.compact('shapes'));
    const report = await client.verify('shapes');
    conforms('verify', report);
    expect(report).toMatchObject({ items: 11, problems: [] });

    const started = await client.reencode('shapes', { model: model.fingerprint });
    conforms('reencode', started);
    await expect
      .poll(async () => (await client.getJob(started.job)).state, { timeout: 30_000 })
      .not.toBe('running');
    const job = await client.getJob(started.job);
    conforms('getJob', job);
    expect(job).toMatchObject({ state: 'done', done: 11, total: 11 });

    expect(await client.deleteCollection('shapes')).toBeUndefined();
    expect((await client.listCollections()).collections).toEqual([]);
  });

  it('has every operation of the table in the story above, and in the client', async () => {
    const { client } = await runService();
    expect(Object.keys(client).sort()).toEqual(
      [...Object.keys(OPERATIONS), 'searchPicture', 'pictureUrl'].sort(),
    );
  });

  it('finds by text, by picture sent as JSON or as it is, and by item, what a nearest neighbour is', async () => {
    const { client } = await runService({ model });
    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    await client.addPictures(
      'shapes',
      made.slice(0, 48).map(({ name, bytes }) => ({ name, file: new Uint8Array(bytes) })),
    );
    const { bytes, name } = made[5]!;
    const asItIs = await client.searchPicture('shapes', new Uint8Array(bytes), { k: 5, modality: 'image' });
    const inJson = await client.search('shapes', {
      image: Buffer.from(bytes).toString('base64'),
      k: 5,
      modality: 'image',
    });
    const byItem = await client.search('shapes', { item: name, k: 5, modality: 'image' });
    expect(asItIs.hits).toEqual(inJson.hits);
    expect(byItem.hits).toEqual(inJson.hits);
    expect(asItIs.hits[0]).toMatchObject({
      distance: 0,
      picture: true,
      payload: { source: expect.any(String) },
    });
    expect([asItIs.query.from, byItem.query.from]).toEqual(['image', 'item']);
    const byText = await client.search('shapes', { text: `${made[5]!.caption} zyzzyva`, k: 3 });
    expect(byText.query.unknownWords).toEqual(['zyzzyva']);
    expect(byText.hits).toHaveLength(3);
  });

  it('keeps collections over a restart, and gives a name free when its collection is deleted', async () => {
    const first = await runService({ model });
    await first.client.createCollection({ name: 'kept', model: model.fingerprint });
    await first.client.putItem('kept', 'a', { codes: { image: 'abcd' }, payload: { x: 1 } });
    await first.client.createCollection({ name: 'gone', model: model.fingerprint });
    await first.client.deleteCollection('gone');
    await first.service.close();
    const { client } = await runService({ root: first.root });
    expect((await client.listCollections()).collections.map(({ name }) => name)).toEqual(['kept']);
    expect(await client.getItem('kept', 'a')).toMatchObject({ codes: { image: 'abcd' }, payload: { x: 1 } });
    expect(await client.createCollection({ name: 'gone', model: model.fingerprint })).toMatchObject({
      items: 0,
    });
    expect((await refusal(client.createCollection({ name: 'gone', model: model.fingerprint }))).code).toBe(
      'COLLECTION_TAKEN',
    );
  });

  it('refuses by name: what is missing, what is of another kind, what is wrong in the request', async () => {
    const folder = await temporaryFolder();
    const collections = [{ collection: await codesCollection(folder, 5) }];
    const { client, url } = await runService({ model, collections });
    const { fingerprint } = model;
    const cases: [() => Promise<unknown>, number, string, string?][] = [
      [() => client.getCollection('nobody'), 404, 'COLLECTION_UNKNOWN'],
      [() => client.getCollection('../etc'), 400, 'REQUEST_INVALID', 'path.name'],
      [() => client.getItem('codes', 'nobody'), 404, 'ITEM_UNKNOWN'],
      [() => client.deleteItem('codes', 'nobody'), 404, 'ITEM_UNKNOWN'],
      [() => client.getPicture('codes', '0'), 404, 'PICTURE_UNKNOWN'],
      [() => client.search('codes', { item: 'nobody' }), 404, 'ITEM_UNKNOWN'],
      [() => client.search('codes', { text: 'owl' }), 404, 'MODEL_UNKNOWN'],
      [() => client.search('codes', { code: 'ff' }), 400, 'CODES_TEXT_INVALID'],
      [() => client.search('codes', { code: codeOf(1), k: 0 }), 400, 'REQUEST_INVALID', 'body.k'],
      [() => client.search('codes', { code: codeOf(1), k: 1001 }), 400, 'REQUEST_INVALID', 'body.k'],
      [
        () => client.search('codes', { code: codeOf(1), radius: BITS + 1 }),
        400,
        'ARGUMENT_INVALID',
        'radius',
      ],
      [() => client.search('codes', { code: codeOf(1), item: '1' }), 400, 'REQUEST_INVALID', 'body'],
      [() => client.search('codes', {}), 400, 'REQUEST_INVALID', 'body'],
      [
        () => client.search('codes', { code: codeOf(1), filter: { field: 'a' } as never }),
        400,
        'FILTER_INVALID',
        'filter',
      ],
      [() => client.search('codes', { code: codeOf(1), x: 1 } as never), 400, 'REQUEST_INVALID', 'body'],
      [() => client.putItem('codes', 'a', {}), 400, 'REQUEST_INVALID', 'body'],
      [() => client.putItem('codes', 'a', { codes: {} }), 400, 'COLLECTION_ITEM_INVALID', 'codes'],
      [() => client.putItem('codes', 'a', { codes: { image: 'ffff' } }), 400, 'CODES_TEXT_INVALID'],
      [
        () =>
          client.putItem('codes', 'a', { codes: { image: codeOf(1) }, payload: { constructor: 1 } as never }),
        400,
        'PAYLOAD_INVALID',
        'payload.constructor',
      ],
      [() => client.createCollection({ name: 'codes', model: fingerprint }), 409, 'COLLECTION_TAKEN'],
      [() => client.createCollection({ name: 'new', model: NO_MODEL }), 404, 'MODEL_UNKNOWN'],
      [() => client.deleteCollection('codes'), 409, 'COLLECTION_FIXED'],
      [() => client.getJob('00000000-0000-0000-0000-000000000000'), 404, 'JOB_UNKNOWN'],
      [() => client.reencode('codes', { model: NO_MODEL }), 404, 'MODEL_UNKNOWN'],
    ];
    for (const [call, status, code, field] of cases) {
      const said = await refusal(call());
      expect([said.status, said.code, said.field]).toEqual([status, code, field]);
    }
    const nowhere = await fetch(`${url}/v2/collections`);
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.parse(await nowhere.json()).code).toBe('ROUTE_UNKNOWN');
  });

  it('asks for a part where it is asked for one, and says what is missing', async () => {
    const asked: (boolean | undefined)[] = [];
    const collection = changed(await codesCollection(await temporaryFolder(), 1), {
      search: async ({ partial }) => {
        asked.push(partial);
        return {
          hits: [],
          more: false,
          version: 1,
          ...(partial && { missing: ['shard 1 (elsewhere:5432)'] }),
        };
      },
    });
    const { client } = await runService({ collections: [{ collection }] });
    const whole = await client.search('codes', { code: codeOf(0) });
    expect(whole).not.toHaveProperty('missing');
    const part = await client.search('codes', { code: codeOf(0), partial: true });
    expect(part.missing).toEqual(['shard 1 (elsewhere:5432)']);
    expect(asked).toEqual([false, true]);
  });

  it('answers a fault of its own with 500, says nothing of it, and logs it', async () => {
    const folder = await temporaryFolder();
    const collection = changed(await codesCollection(folder, 1), {
      search: async () => {
        throw new Error('/secret/path is on fire');
      },
    });
    const said: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => said.push(line) });
    const { client } = await runService({ collections: [{ collection }], logger });
    const { status, code, detail } = await refusal(client.search('codes', { code: codeOf(0) }));
    expect([status, code]).toEqual([500, 'INTERNAL']);
    expect(detail).not.toContain('secret');
    expect(said.join('')).toContain('/secret/path is on fire');
  });
});

describe('many items at once', () => {
  it('a bad line fails alone; the others are there, and every line has its answer', async () => {
    const folder = await temporaryFolder();
    const { client, url } = await runService({
      collections: [{ collection: await codesCollection(folder, 3) }],
    });
    const good = (id: string, n: number) => JSON.stringify({ id, codes: { image: codeOf(n) } });
    const body = [
      good('a', 1),
      '{"id": "b"',
      '',
      good('a', 2),
      JSON.stringify({ id: 'c' }),
      JSON.stringify({ id: 'd', codes: { image: 'ff' } }),
      JSON.stringify({ id: 'e', text: 'no model here' }),
      JSON.stringify({ id: 'f', codes: { image: codeOf(3) }, payload: { a: null, ['x'.repeat(70_000)]: 1 } }),
      JSON.stringify({ id: '0', codes: { image: codeOf(0) }, payload: { number: 0 } }),
      good('z', 9),
    ].join('\n');
    const response = await fetch(`${url}/v1/collections/codes/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    const results = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ItemResult);
    expect(results.map(({ line, id, status, error }) => [line, id, status, error?.code])).toEqual([
      [1, 'a', 'added', undefined],
      [2, '', 'failed', 'REQUEST_INVALID'],
      [4, 'a', 'duplicate', undefined],
      [5, '', 'failed', 'REQUEST_INVALID'],
      [6, 'd', 'failed', 'CODES_TEXT_INVALID'],
      [7, 'e', 'failed', 'MODEL_UNKNOWN'],
      [8, 'f', 'failed', 'PAYLOAD_INVALID'],
      [9, '0', 'unchanged', undefined],
      [10, 'z', 'added', undefined],
    ]);
    expect((await client.getCollection('codes')).items).toBe(5);
    expect(await client.getItem('codes', 'a')).toMatchObject({ codes: { image: codeOf(1) } });
  });

  it('the client sends any number of items, in requests of a thousand, and counts lines over all', async () => {
    const folder = await temporaryFolder();
    const { client } = await runService({ collections: [{ collection: await codesCollection(folder, 0) }] });
    const items = (function* () {
      for (let i = 0; i < 2_500; i++) yield { id: `item ${i}`, codes: { image: codeOf(i % 256) } };
    })();
    const results = await all(client.addItems('codes', items));
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: 2_500 }, (_, i) => i + 1));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['added']));
    expect((await client.getCollection('codes')).items).toBe(2_500);
  });

  it('a bad picture of a form fails alone', async () => {
    const { client } = await runService({ model });
    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    const file = new Uint8Array(made[0]!.bytes);
    const { results } = await client.addPictures('shapes', [
      { name: 'good.png', file },
      { name: 'cut.png', file: file.slice(0, 200) },
      { name: 'drawing.svg', file: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>') },
      { name: 'good.png', file },
    ]);
    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['added', undefined],
      ['failed', 'PICTURE_UNREADABLE'],
      ['failed', 'PICTURE_FORMAT'],
      ['duplicate', undefined],
    ]);
    const again = await client.addPictures('shapes', [{ name: 'good.png', file }]);
    expect(again.results[0]).toEqual({ id: 'good.png', status: 'unchanged' });
  });
});

describe('pictures', () => {
  it('are sent once: asked again with their tag, the answer is 304', async () => {
    const { client, url } = await runService({ model });
    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    const large = await sharp(made[3]!.bytes).resize(900, 700).png().toBuffer();
    await client.addPictures('shapes', [{ name: 'a/b c.png', file: new Uint8Array(large) }]);
    const address = client.pictureUrl('shapes', 'a/b c.png');
    expect(address).toBe(`${url}/v1/collections/shapes/items/a%2Fb%20c.png/picture`);
    const response = await fetch(address);
    expect(response.headers.get('content-type')).toBe('image/webp'); // kept small
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    await response.arrayBuffer();
    const again = await fetch(address, { headers: { 'if-none-match': response.headers.get('etag')! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });
});
