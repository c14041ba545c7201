/** `kill -9` at every named step of a write, and at any time: the built program in a child, what it acknowledged here. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { STEPS } from '../src/collection/embedded/steps.ts';
import { type CollectionReader, openCollection, openReader } from '../src/collection/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHILD = path.join(import.meta.dirname, 'collection-kill-child.mjs');
const MODEL = 'c'.repeat(64);
/** Kills at random moments; more by UNSEEN_KILLS=1000. */
const KILLS = Number(process.env.UNSEEN_KILLS ?? 12);

/** Value of each id; what was begun and not acknowledged may be there or not, all of it or nothing. */
type State = Map<string, string>;
interface Call {
  readonly begin: 'upsert' | 'delete' | 'compact';
  readonly ids?: readonly string[];
  readonly value?: string;
}

function after(state: State, { begin, ids = [], value }: Call): State {
  const next = new Map(state);
  for (const id of ids) {
    if (begin === 'upsert') next.set(id, value!);
    else next.delete(id);
  }
  return next;
}

/** Runs the child till it dies; gives the acknowledged state and the call that was under way. */
async function killed(
  folder: string,
  state: State,
  at: string,
  seed: number,
  afterMs?: number,
): Promise<{ state: State; open: Call | undefined }> {
  const child = spawn(process.execPath, [CHILD, folder, MODEL, at, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('close', (_, signal) => resolve(signal)),
  );
  let acknowledged = state;
  let open: Call | undefined;
  let armed = afterMs === undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (!armed) void wait(afterMs).then(() => child.kill('SIGKILL'));
    armed = true;
    if (said.begin) open = said;
    if (!said.done) continue;
    acknowledged = after(acknowledged, open!);
    open = undefined;
  }
  expect(await ended).toBe('SIGKILL');
  return { state: acknowledged, open };
}

async function contentOf(collection: CollectionReader): Promise<State> {
  const content: State = new Map();
  for await (const { id, codes, payload } of collection.items()) {
    const value = payload.value as string;
    // Code and payload were written by the same call.
    expect(codes.image).toEqual(new Uint8Array(Buffer.alloc(8, `${value}........`)));
    content.set(id, value);
  }
  return content;
}

/** Opens what the killed left; the state must be the acknowledged one, or the one after the open call. */
async function check(
  folder: string,
  { state, open }: { state: State; open: Call | undefined },
): Promise<State> {
  const reader = await openReader(folder);
  const seen = await contentOf(reader);
  await reader.close();
  const collection = await openCollection(folder);
  const content = await contentOf(collection);
  expect(content).toEqual(seen);
  const list = (of: State): string => JSON.stringify([...of].sort());
  expect([list(state), list(open ? after(state, open) : state)]).toContain(list(content));
  expect(await collection.verify()).toMatchObject({ items: content.size, problems: [] });
  await collection.close();
  return content;
}

describe('a writer that is killed', () => {
  it.each(STEPS)('at "%s" loses nothing acknowledged and brings nothing back', async (at) => {
    const folder = path.join(await temporaryFolder(), 'things');
    let state: State = new Map();
    for (let round = 0; round < 2; round++) {
      const left = await killed(folder, state, at, round + 1);
      expect(left.open, 'the kill hit a call').toBeDefined();
      state = await check(folder, left);
    }
    expect(state.size).toBeGreaterThan(0);
  });

  it(`at any time, ${KILLS} times, does not either`, { timeout: 60_000 + KILLS * 5_000 }, async () => {
    const folder = path.join(await temporaryFolder(), 'things');
    let state: State = new Map();
    let midWrite = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const left = await killed(folder, state, 'any time', kill + 1, (kill * 37) % 150);
      if (left.open) midWrite++;
      state = await check(folder, left);
    }
    console.log(`${KILLS} kills, ${midWrite} during a call: 0 acknowledged items lost, 0 resurrected`);
    expect(midWrite).toBeGreaterThan(KILLS / 2);
  });
});
