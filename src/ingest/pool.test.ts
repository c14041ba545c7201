import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Drawing, drawings, modelOf } from '../../test/drawings.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { Model } from '../model/index.ts';
import { encodeItems } from './encode-items.ts';
import type { Outcome, RawItem } from './item.ts';
import { type EncoderPool, openEncoderPool, startPool } from './pool.ts';
import { Worker } from './worker.ts';

let made: Drawing[];
let model: Model;
beforeAll(async () => {
  made = await drawings();
  model = await modelOf(made);
});

async function savedModel(): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'model');
  await model.save(folder);
  return folder;
}

async function opened(workers: number): Promise<EncoderPool> {
  const pool = await openEncoderPool(await savedModel(), { workers });
  onTestFinished(() => pool.close());
  return pool;
}

const raw = (from: number, to: number): RawItem[] =>
  made.slice(from, to).map(({ name, caption, bytes }) => ({ id: name, text: caption, picture: bytes }));

/** A thread that is ready at once, answers every batch with nothing, and dies of an item called `deadly`. */
const FRAGILE = `import { parentPort } from 'node:worker_threads';
parentPort.postMessage({ kind: 'ready', model: { fingerprint: 'f', bits: 8, modalities: ['image'] } });
parentPort.on('message', ({ kind, items }) => {
  if (kind === 'end') parentPort.close();
  else if (items.some(({ id }) => id === 'deadly')) process.exit(7);
  else parentPort.postMessage({ kind: 'done', outcomes: [] });
});`;

async function fragilePool(workers: number): Promise<EncoderPool> {
  const file = path.join(await temporaryFolder(), 'fragile.mjs');
  await writeFile(file, FRAGILE);
  const pool = await startPool('model', () => new Worker('model', pathToFileURL(file)), workers);
  onTestFinished(() => pool.close());
  return pool;
}

/** To compare: pictures by their hash, errors without the decoder's own words, which other threads may have taken. */
function plainOf(outcome: Outcome): object {
  if (outcome.status === 'failed') return { ...outcome, error: outcome.error.code };
  const { codes, picture, ...item } = outcome.item;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    ...item,
    codes: { image: hex(codes.image!), text: hex(codes.text!) },
    picture: picture && {
      type: picture.type,
      sha256: createHash('sha256').update(picture.bytes).digest('hex'),
    },
  };
}

describe('a pool of encoders', () => {
  it('gives what the model gives in this thread: codes, pictures, payloads, errors', async () => {
    const pool = await opened(2);
    expect(pool).toMatchObject({ fingerprint: model.fingerprint, bits: 16, modalities: ['image', 'text'] });
    const items = [...raw(0, 6), { id: 'bad', picture: made[0]!.bytes.subarray(0, 99), where: 'a.csv:7' }];
    const here = await encodeItems(model, items);
    const there = await Promise.all([pool.encode(items), pool.encode(items), pool.encode(items)]);
    const plain = (outcomes: readonly Outcome[]) => outcomes.map(plainOf);
    for (const outcomes of there) expect(plain(outcomes)).toEqual(plain(here));
    expect(there[0]!.at(-1)).toMatchObject({
      id: 'bad',
      where: 'a.csv:7',
      error: { code: 'PICTURE_UNREADABLE' },
    });
  });

  it('leaves the bytes that it was given to whoever gave them', async () => {
    const pool = await opened(1);
    const shared = new Uint8Array(made[0]!.bytes.length + 1000);
    shared.set(made[0]!.bytes, 500);
    const picture = shared.subarray(500, 500 + made[0]!.bytes.length);
    const [outcome] = await pool.encode([{ id: 'a', picture }]);
    expect(outcome).toMatchObject({ status: 'ready' });
    expect(Buffer.compare(picture, made[0]!.bytes)).toBe(0);
  });

  it('refuses a folder without a model, and leaves no thread behind', async () => {
    const folder = await temporaryFolder();
    await expect(openEncoderPool(folder, { workers: 2 })).rejects.toMatchObject({
      code: 'MODEL_FILE_MISSING',
    });
    await expect(openEncoderPool(folder, { workers: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('names the items that a thread died of, fails no other batch, and goes on', async () => {
    const pool = await fragilePool(2);
    const deadly = [{ id: 'a', where: 'a.csv:1' }, { id: 'deadly' }, { id: 'c' }, { id: 'd' }];
    const results = await Promise.allSettled([
      pool.encode(deadly),
      ...Array.from({ length: 6 }, () => pool.encode([{ id: 'harmless' }])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', ...Array(6).fill('fulfilled')]);
    expect((results[0] as PromiseRejectedResult).reason).toMatchObject({
      code: 'ENCODER_CRASHED',
      values: { items: 'a.csv:1, deadly, c and 1 more', reason: 'exit status 7' },
    });
    await expect(pool.encode(deadly)).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
    await expect(pool.encode([{ id: 'harmless' }])).resolves.toEqual([]);
  });

  it('stops waiting when asked to, for what is under way and for what is to come', async () => {
    const pool = await opened(1);
    const controller = new AbortController();
    const { signal } = controller;
    const first = pool.encode(raw(0, 8), { signal });
    const second = pool.encode(raw(8, 16), { signal });
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(second).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await pool.encode(raw(0, 2))).toHaveLength(2);
  });

  it('finishes what is at hand when it is closed, and refuses the rest', async () => {
    const pool = await openEncoderPool(await savedModel(), { workers: 1 });
    const first = pool.encode(raw(0, 4));
    const second = pool.encode(raw(4, 8));
    const refused = expect(second).rejects.toMatchObject({ code: 'ABORTED' });
    await pool.close();
    expect(await first).toHaveLength(4);
    await refused;
    await expect(pool.encode(raw(0, 1))).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
