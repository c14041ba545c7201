/** Kills the writer of a collection, opens what is left, and holds it against what was acknowledged. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type CollectionReader, openCollection, openReader } from '../src/collection/index.ts';

const CHILD = path.join(import.meta.dirname, 'collection-kill-child.mjs');
const MODELS = [
  { fingerprint: 'c'.repeat(64), bits: 64 },
  { fingerprint: 'd'.repeat(64), bits: 96 },
];

/** What is acknowledged: the value of each id, and the model. */
export interface Known {
  readonly values: ReadonlyMap<string, string>;
  readonly model: number;
}
export const NOTHING: Known = { values: new Map(), model: 0 };

interface Call {
  readonly begin: 'upsert' | 'delete' | 'compact' | 'reencode';
  readonly ids?: readonly string[];
  readonly value?: string;
  readonly to?: number;
}

/** What a killed writer leaves: what it was told, and what it had begun, which may be there or not, whole. */
interface Left extends Known {
  readonly open: Call | undefined;
  readonly moving: Call | undefined;
  readonly signal: NodeJS.Signals | null;
}

interface Found {
  readonly known: Known;
  /** Acknowledged items that are not there as they were acknowledged. */
  readonly lost: number;
  /** Items that are there though they were deleted, replaced, or never written. */
  readonly resurrected: number;
  /** All else that is wrong. */
  readonly problems: readonly string[];
  readonly openMs: number;
}

function after(values: ReadonlyMap<string, string>, call: Call | undefined): ReadonlyMap<string, string> {
  const next = new Map(values);
  for (const id of call?.ids ?? []) {
    if (call!.begin === 'upsert') next.set(id, call!.value!);
    else next.delete(id);
  }
  return next;
}

/**
 * Runs the child till it dies: at a named step, or `delayMs` after it began its first call (`from: 'call'`) or began to
 * open the collection.
 */
export async function killed(
  folder: string,
  known: Known,
  {
    at,
    seed,
    delayMs,
    from = 'call',
  }: { at: string; seed: number; delayMs?: number; from?: 'call' | 'opening' },
): Promise<Left> {
  const child = spawn(process.execPath, [CHILD, folder, at, String(seed), JSON.stringify(MODELS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('close', (_, signal) => resolve(signal)),
  );
  let { values, model } = known;
  let open: Call | undefined;
  let moving: Call | undefined;
  let armed = delayMs === undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (!armed && (said.begin || from === 'opening')) {
      armed = true;
      setTimeout(() => child.kill('SIGKILL'), delayMs);
    }
    if (said.begin === 'reencode') moving = said;
    else if (said.begin) open = said;
    else if (said.done === 'reencode') {
      model = moving!.to!;
      moving = undefined;
    } else if (said.done || said.refused) {
      if (said.done) values = after(values, open);
      open = undefined;
    }
  }
  return { values, model, open, moving, signal: await ended };
}

/** Opens what is left and compares. A collection that does not open throws. */
export async function opened(folder: string, left: Left): Promise<Found> {
  const problems: string[] = [];
  const reader = await openReader(folder);
  const seen = await valuesOf(reader, problems);
  await reader.close();
  const start = performance.now();
  const collection = await openCollection(folder);
  const openMs = performance.now() - start;
  const values = await valuesOf(collection, problems);
  if (text(values) !== text(seen)) problems.push('a reader and the writer see different things');
  problems.push(...(await collection.verify()).problems);
  const model = MODELS.findIndex(({ fingerprint }) => fingerprint === collection.model);
  await collection.close();
  if (model !== left.model && model !== left.moving?.to) problems.push(`model ${model} was never begun`);

  const whole = after(left.values, left.open);
  const expected = text(values) === text(whole) ? whole : left.values;
  let [lost, resurrected] = [0, 0];
  for (const [id, value] of expected) if (values.get(id) !== value) lost++;
  for (const [id, value] of values) if (expected.get(id) !== value) resurrected++;
  return { known: { values, model }, lost, resurrected, problems, openMs };
}

const text = (values: ReadonlyMap<string, string>): string => JSON.stringify([...values].sort());

/** Values of all items; code, payload and picture of an item must be of one call. */
async function valuesOf(collection: CollectionReader, problems: string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for await (const { id, codes, payload, picture } of collection.items()) {
    const value = payload.value as string;
    values.set(id, value);
    const code = Buffer.alloc(collection.bits / 8, `${value}........`);
    if (!code.equals(codes.image!)) problems.push(`${id}: code of another value`);
    const pictured = Number(value.split('-')[1]) % 2 === 0;
    if (pictured !== (picture !== undefined)) problems.push(`${id}: picture of another value`);
    if (!picture) continue;
    const bytes = (await collection.picture(id))?.bytes;
    if (!bytes || !Buffer.alloc(9000, `GIF89a ${value} `).equals(bytes))
      problems.push(`${id}: picture of another value`);
  }
  return values;
}
