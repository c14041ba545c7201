/**
 * Malformed requests by the thousand: whatever comes, the service answers with 2xx or a problem of 4xx, lives, and writes nothing
 * outside its folder. `UNSEEN_FUZZ=20000 npx vitest run test/service-fuzz` sends that many; UNSEEN_FUZZ_SEED repeats a run.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openApiDocument } from '../src/service/index.ts';
import { codesCollection, runService } from './running-service.ts';
import { type Malformed, malformedRequests } from './service-requests.ts';
import { temporaryFolder } from './temporary-folder.ts';

const COUNT = Number(process.env.UNSEEN_FUZZ ?? 2_000);
const SEED = Number(process.env.UNSEEN_FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 16;
/** Milliseconds after which an answer is missing. */
const PATIENCE = 30_000;

interface Answer {
  /** 0: the connection ended without one. */
  readonly status: number;
  /** Every refusal of what is HTTP is one. */
  readonly isProblem: boolean;
}

function ask(port: number, { bytes, broken, name }: Malformed): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer to ${name}`));
    }, PATIENCE);
    const end = (): void => {
      clearTimeout(late);
      socket.destroy();
      const answer = said.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0),
        isProblem: /^content-type: application\/problem\+json/im.test(answer),
      });
    };
    socket.on('data', (piece) => {
      said += piece.toString('latin1');
      if (/^HTTP\/1\.1 [2-5][\s\S]*\r\n\r\n/m.test(said)) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
    if (broken) socket.end(); // what is cut short gets no more
  });
}

async function everything(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true }))
    .filter((name) => !name.startsWith(`root${path.sep}collections`))
    .sort();
}

it(`${COUNT} malformed requests give no 5xx, end nothing, get a problem each, and write nothing outside the folder`, async () => {
  const folder = await temporaryFolder();
  const root = path.join(folder, 'root');
  await mkdir(path.join(root, 'collections'), { recursive: true });
  await writeFile(path.join(folder, 'bystander'), 'untouched');
  const collection = await codesCollection(path.join(folder, 'given'), 20);
  const { url, client } = await runService({ root, collections: [{ collection }] });
  const port = Number(new URL(url).port);
  // What an item of the given collection may write is its own.
  const outside = async (): Promise<string[]> =>
    (await everything(folder)).filter((name) => !name.startsWith(`given${path.sep}`));
  const before = await outside();
  const requests = fc.sample(malformedRequests(openApiDocument()), { numRuns: COUNT, seed: SEED });
  const statuses = new Map<number, number>();
  const bad: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < requests.length) {
        const one = requests[next++]!;
        const { status, isProblem } = await ask(port, one);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500 || (!one.broken && (status === 0 || (status >= 400 && !isProblem))))
          bad.push(`${status} ${one.bytes.toString('latin1', 0, 300)}`);
      }
    }),
  );
  expect(bad, `seed ${SEED}`).toEqual([]);
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(COUNT);
  // It is no wall: requests that happen to be right are answered, and many kinds of wrong are told apart.
  expect(statuses.get(200)).toBeGreaterThan(COUNT / 100);
  for (const status of [400, 404, 415]) expect(statuses.get(status)).toBeGreaterThan(COUNT / 500);
  expect(await outside()).toEqual(before);
  expect((await client.verify('codes')).problems).toEqual([]);
  expect((await client.listCollections()).collections.map(({ name }) => name)).toContain('codes');
  if (process.env.UNSEEN_FUZZ) console.log(`seed ${SEED}:`, Object.fromEntries([...statuses].sort()));
}, 600_000);
