/**
 * The writer. Calls that wait at the same time become one write: their codes go to the end of a segment and are synced,
 * then one transaction names them and is synced, then memory follows, then their promises resolve.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { setBit } from '../../search/bitmap.ts';
import { type CheckedItems, checkItems } from '../check-items.ts';
import type { Collection, ModelOptions, NewItem, VerifyReport } from '../contract.ts';
import { cutBlocks, encodeBlock } from './blocks.ts';
import { compacted } from './compact.ts';
import { type Loaded, load } from './load.ts';
import type { Arrivals, IndexOptions } from './memory.ts';
import { type Parts, Reading } from './reading.ts';
import type { Head, Records, RecordsView } from './records.ts';
import { step } from './steps.ts';

/** Items that one write takes together, unless one call brings more. */
const GROUP_ITEMS = 262_144;
/** After these nothing is in doubt: the write did not happen, and the next may when there is room again. */
const NO_ROOM: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 28, 122];

type Change =
  | { readonly kind: 'upsert'; readonly items: CheckedItems }
  | { readonly kind: 'delete'; readonly ids: readonly string[] };
type Work = { readonly kind: 'work'; readonly run: () => Promise<unknown> };
type Waiting = (Change | Work) & {
  readonly resolve: (value: never) => void;
  readonly reject: (cause: unknown) => void;
};

export interface WriterParts extends Parts {
  readonly records: Records;
  readonly options: IndexOptions;
}

export class Writing extends Reading implements Collection {
  readonly #parts: WriterParts;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** Why no write is taken any more. */
  #broken: unknown;

  constructor(parts: WriterParts, loaded: Loaded) {
    super(parts, loaded);
    this.#parts = parts;
  }

  async upsert(items: readonly NewItem[], { model }: ModelOptions): Promise<void> {
    this.checkOpen();
    this.checkModel(model);
    const checked = checkItems(items, this.bits);
    if (items.length > 0) await this.#wait<number>({ kind: 'upsert', items: checked });
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.checkOpen();
    return this.#wait({ kind: 'delete', ids: [...new Set(ids)] });
  }

  async compact(): Promise<void> {
    this.checkOpen();
    await this.#wait<void>({ kind: 'work', run: () => this.#compact() });
  }

  async reencode(): Promise<void> {
    throw new UnseenError('INTERNAL', { reason: 're-encoding is not there yet' });
  }

  override async verify(): Promise<VerifyReport> {
    this.checkOpen();
    return this.#wait({ kind: 'work', run: () => super.verify() });
  }

  override async close(): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#closing = this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#running;
    await super.close();
    this.#parts.records.release();
    await this.#parts.records.close();
  }

  protected block(first: number): Buffer | undefined {
    return this.#parts.records.blocks.get(first);
  }

  protected diskView(): RecordsView {
    return this.#parts.records.view();
  }

  protected diskBytes(): Promise<number> {
    return bytesOf(this.folder, this.segments.bytes());
  }

  #wait<T>(what: Change | Work): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ ...what, resolve: resolve as (value: never) => void, reject });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // calls made in the same turn come into the same write
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        if (this.#broken) throw this.#broken;
        const first = group[0]!;
        const answers =
          first.kind === 'work' ? [await first.run()] : await this.#write(group as (Waiting & Change)[]);
        for (const [i, one] of group.entries()) one.resolve(answers[i] as never);
      } catch (cause) {
        const error = this.#failed(cause);
        for (const one of group) one.reject(error);
      }
    }
  }

  #take(): Waiting[] {
    let [count, items] = [0, 0];
    for (const one of this.#waiting) {
      if (one.kind === 'work') break;
      items += one.kind === 'upsert' ? one.items.ids.length : one.ids.length;
      if (count > 0 && items > GROUP_ITEMS) break;
      count++;
    }
    return this.#waiting.splice(0, Math.max(1, count));
  }

  async #write(group: readonly Change[]): Promise<number[]> {
    const { memory, head } = this.state;
    const { killed, replaced, answers, next } = number(group, head.next, (id) => memory.itemOf(id));
    const fresh = group.flatMap((one) => (one.kind === 'upsert' ? [one.items] : []));
    if (fresh.length === 0 && killed.size === 0) return answers;
    const live = head.live + (next - head.next) - killed.size;
    memory.checkRoom(live - head.live);
    const codeBytes = fresh.reduce((sum, { codes }) => sum + codes.length, 0);
    const at = this.segments.placeFor(head.tail, codeBytes);
    if (codeBytes > 0)
      await this.segments.append(
        at,
        fresh.map(({ codes }) => codes),
      );

    const blocks = new Map<number, Buffer>();
    const dead = new Map<number, Uint8Array>();
    const firsts: number[] = [];
    const arrivals: Arrivals[] = [];
    let [item, offset] = [head.next, at.bytes];
    for (const items of fresh) {
      for (const block of cutBlocks(items, this.bits / 8)) {
        const first = item;
        blocks.set(first, encodeBlock(block, at.segment, offset));
        firsts.push(first);
        const lives = (place: number): boolean => !killed.has(first + place);
        arrivals.push({ ids: block.ids, masks: block.masks, codes: block.codes, lives });
        markDead(dead, first, block.ids.length, lives);
        item += block.ids.length;
        offset += block.codes.length;
      }
    }
    for (const one of killed) {
      if (one >= head.next) continue;
      const place = memory.firsts.lastUpTo(one);
      const first = memory.firsts.at(place);
      const end = place + 1 < memory.firsts.length ? memory.firsts.at(place + 1) : head.next;
      if (dead.has(first)) continue;
      markDead(dead, first, end - first, (i) => memory.live.has(first + i) && !killed.has(first + i));
    }
    const used = codeBytes > 0 && !head.segments.includes(at.segment);
    const after: Head = {
      ...head,
      version: head.version + 1,
      next,
      live,
      segments: used ? [...head.segments, at.segment] : head.segments,
      tail: codeBytes > 0 ? { segment: at.segment, bytes: offset } : head.tail,
    };
    this.#parts.records.commit({ head: after, blocks, dead });
    await this.inTurn(async () => {
      for (const first of firsts) memory.firsts.push(first);
      await memory.apply(replaced, arrivals);
      this.replace({ head: after, memory });
    });
    step('memory updated');
    return answers;
  }

  async #compact(): Promise<void> {
    const { head, memory } = this.state;
    if (memory.live.rows === memory.live.count && memory.firsts.length * 128 < head.next) return;
    const { bits, folder, segments } = this;
    const view = this.#parts.records.view();
    const change = await compacted({ view, segments, memory, width: bits / 8 }).finally(() => view.done());
    step('compaction written');
    this.#parts.records.commit({ ...change, replace: true });
    step('compaction committed');
    const now = this.#parts.records.view();
    const loaded = await load(now, segments, { bits, file: folder, options: this.#parts.options }).finally(
      () => now.done(),
    );
    await this.inTurn(async () => this.replace(loaded));
    await segments.remove(head.segments);
    step('old segments removed');
  }

  /** What the caller gets, and whether the writer goes on. */
  #failed(cause: unknown): unknown {
    if (cause === this.#broken) return cause;
    const unchanged = this.#unchanged();
    if (cause instanceof UnseenError && unchanged) return cause;
    const { code, message } = cause as { code?: unknown; message?: string };
    const goesOn = NO_ROOM.includes(code) && unchanged;
    const kept = unchanged ? 'nothing of the call was kept' : 'the call may be kept or not';
    const advice = goesOn
      ? 'Make room on the disk and call again; what was acknowledged before is there.'
      : 'Open the collection again: what was acknowledged before is there.';
    const error = new UnseenError(
      'COLLECTION_WRITE_FAILED',
      { name: this.name, kept, reason: message ?? String(cause), advice },
      { cause },
    );
    if (!goesOn) this.#broken = error;
    return error;
  }

  #unchanged(): boolean {
    try {
      return this.#parts.records.readHead().version === this.version;
    } catch {
      return false;
    }
  }
}

/** Bytes of the records' file, and of the segments. */
export async function bytesOf(folder: string, segments: Promise<number>): Promise<number> {
  const records = path.join(folder, RECORDS);
  let total = await segments;
  for (const file of await readdir(records)) total += (await stat(path.join(records, file))).size;
  return total;
}

/** Folder of LMDB. */
export const RECORDS = 'records';

/** Gives every new item its number, and tells which items die, call after call. No id stands twice in one call. */
function number(
  group: readonly Change[],
  first: number,
  itemOf: (id: string) => number | undefined,
): {
  readonly killed: ReadonlySet<number>;
  /** Ids of those that were there before the group. */
  readonly replaced: readonly string[];
  readonly answers: number[];
  readonly next: number;
} {
  const killed = new Set<number>();
  const replaced: string[] = [];
  /** What the calls before in the group have made of an id. */
  const latest = group.length > 1 ? new Map<string, number | undefined>() : undefined;
  const kill = (id: string): boolean => {
    const known = latest?.has(id) ?? false;
    const before = known ? latest!.get(id) : itemOf(id);
    if (before === undefined) return false;
    killed.add(before);
    if (!known) replaced.push(id);
    return true;
  };
  let next = first;
  const answers = group.map((one) => {
    let count = 0;
    for (const id of one.kind === 'upsert' ? one.items.ids : one.ids) {
      if (kill(id)) count++;
      const item = one.kind === 'upsert' ? next++ : undefined;
      latest?.set(id, item);
    }
    return count;
  });
  return { killed, replaced, answers, next };
}

function markDead(
  dead: Map<number, Uint8Array>,
  first: number,
  count: number,
  lives: (place: number) => boolean,
): void {
  let bitmap: Uint8Array | undefined;
  for (let place = 0; place < count; place++) {
    if (lives(place)) continue;
    bitmap ??= new Uint8Array(Math.ceil(count / 8));
    setBit(bitmap, place);
  }
  if (bitmap) dead.set(first, bitmap);
}
