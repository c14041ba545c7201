/** A service with a collection of random codes in a process of its own; tells its port, its memory, and ends when told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCollection, type NewItem } from '../../collection/index.ts';
import { Random } from '../../random.ts';
import { createService } from '../service.ts';
import { COLLECTION, type FromServer, MODEL, type ServerSettings, type ToServer } from './messages.ts';

/** Items of a write. */
const CHUNK = 50_000;

const say = (message: FromServer): void => {
  process.send?.(message);
};

const settings: ServerSettings = JSON.parse(process.argv[2]!);
const folder = await mkdtemp(path.join(settings.folder ?? tmpdir(), 'unseen-load-'));
const { bits, items, threads } = settings;
const options = { name: COLLECTION, bits, model: MODEL, threads };
const collection = await createCollection(path.join(folder, COLLECTION), options);
const random = new Random(1, 'load');
for (let from = 0; from < items; from += CHUNK) {
  const chunk = Array.from({ length: Math.min(CHUNK, items - from) }, (_, i): NewItem => {
    const code = Uint8Array.from({ length: bits / 8 }, () => random.below(256));
    return { id: String(from + i), codes: { image: code }, payload: { class: `class ${(from + i) % 100}` } };
  });
  await collection.upsert(chunk, { model: MODEL });
}
globalThis.gc!(); // what filling left behind would go in the measured time, and hide what grows
const service = await createService({ collections: [{ collection }] });
const url = await service.listen({ port: 0 });

process.on('message', async (message: ToServer) => {
  if (message === 'memory') {
    const { rss, heapUsed } = process.memoryUsage();
    say({ kind: 'memory', rss, heapUsed });
    return;
  }
  await service.close();
  await rm(folder, { recursive: true, force: true });
  process.disconnect();
});
say({ kind: 'ready', port: Number(new URL(url).port) });
