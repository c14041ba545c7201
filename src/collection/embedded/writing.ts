/**
 * Writes. Calls that wait at the same time become one write: their codes go to the end of a segment and are synced,
 * then one transaction names them and is synced, then memory follows, then their promises resolve.
 */
import { UnseenError } from '../../errors.ts';
import { checkItems } from '../check-items.ts';
import type { ModelOptions, NewItem } from '../contract.ts';
import { encodeContent } from './block-content.ts';
import { encodeHead } from './blocks.ts';
import { diskBytes } from './disk-bytes.ts';
import { DiskPace } from './disk-pace.ts';
import type { Head } from './head.ts';
import type { Loaded } from './load.ts';
import type { Arrivals } from './memory.ts';
import { cutBlocks, newRows } from './new-rows.ts';
import { deadBitmap, numbered, type Write } from './numbering.ts';
import { type Parts, Reading } from './reading.ts';
import type { Block, Change, Records } from './records.ts';
import type { RecordsView } from './records-view.ts';
import { wantsRoom } from './room.ts';
import { SegmentWriter } from './segment-writer.ts';
import { step } from './steps.ts';
import { WriteQueue } from './write-queue.ts';

export interface WriterParts extends Parts {
  readonly records: Records;
}

export abstract class Writing extends Reading {
  protected readonly records: Records;
  protected readonly queue: WriteQueue;
  readonly #tail: SegmentWriter;
  readonly #pace = new DiskPace();

  constructor(parts: WriterParts, loaded: Loaded) {
    super(parts, loaded);
    this.records = parts.records;
    this.#tail = new SegmentWriter(parts.segments);
    this.queue = new WriteQueue({
      write: (group) => this.#write(group),
      failed: (cause) => this.#failed(cause),
    });
  }

  async upsert(items: readonly NewItem[], { model }: ModelOptions): Promise<void> {
    this.checkOpen();
    this.checkModel(model);
    const checked = checkItems(items, this.bits);
    if (items.length > 0)
      await this.queue.write({ kind: 'upsert', model, items: checked, rows: newRows(checked) });
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.checkOpen();
    return this.queue.write({ kind: 'delete', ids: [...new Set(ids)] });
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#tail.close();
  }

  protected reading<T>(use: (view: RecordsView) => T): T {
    const view = this.records.view();
    try {
      return use(view);
    } finally {
      view.done();
    }
  }

  protected diskView(): RecordsView {
    return this.records.view();
  }

  protected diskBytes(): Promise<number> {
    return diskBytes(this.folder);
  }

  async #write(all: readonly Write[]): Promise<(number | UnseenError)[]> {
    const { memory, head } = this.state;
    // The model may have changed while they waited.
    const fits = (one: Write): boolean => one.kind === 'delete' || one.model === head.model;
    const group = all.filter(fits);
    const { killed, answers, next } = numbered(group, head.next, memory.ids);
    const taken = answers.values();
    const result = all.map((one) => (fits(one) ? taken.next().value! : this.#foreign(one)));
    if (next === head.next && killed.size === 0) return result;
    memory.checkRoom(next);

    const fresh = group.flatMap((one) => (one.kind === 'upsert' ? [one] : []));
    const codes = fresh.map(({ rows }) => rows.codes);
    const codeBytes = codes.reduce((sum, { length }) => sum + length, 0);
    const at = this.segments.placeFor(head.tail, codeBytes);

    const blocks: Block[] = [];
    const dead = new Map<number, Uint8Array>();
    const arrivals: Arrivals[] = [];
    let [first, offset] = [head.next, at.bytes];
    for (const { rows } of fresh) {
      for (const block of cutBlocks(rows, head.bits / 8)) {
        const start = first;
        const lives = (place: number): boolean => !killed.has(start + place);
        const bitmap = killed.size > 0 ? deadBitmap(block.masks.length, lives) : undefined;
        if (bitmap) dead.set(first, bitmap);
        const content = encodeContent(block, { generation: head.generation, first });
        blocks.push({ first, head: encodeHead(block, at.segment, offset), content });
        arrivals.push({ ...block, ...(bitmap && { lives }) });
        first += block.masks.length;
        offset += block.codes.length;
      }
    }
    const replaced = [...killed].filter((item) => item < head.next);
    for (const [block, bitmap] of replacedIn(this.state, replaced)) dead.set(block, bitmap);
    const used = codeBytes > 0 && !head.segments.includes(at.segment);
    const after: Head = {
      ...head,
      version: head.version + 1,
      next,
      live: head.live + (next - head.next) - killed.size,
      segments: used ? [...head.segments, at.segment] : head.segments,
      tail: codeBytes > 0 ? { segment: at.segment, bytes: offset } : head.tail,
    };
    const pictures = fresh.flatMap(({ items }) => [...items.pictures.values()]);
    const change = { head: after, blocks, dead, pictures };
    const pace = this.#pace.isQuickFor(codeBytes + bytesOf(change)) ? this.#pace : undefined;
    if (codeBytes > 0) await this.#tail.append(at, codes, pace);
    await this.records.commit(change, pace);
    await this.inTurn(async () => {
      for (const block of blocks) memory.firsts.push(block.first);
      await memory.apply(replaced, arrivals);
      this.replace({ head: after, memory });
    });
    step('memory updated');
    return result;
  }

  #foreign(one: Write): UnseenError {
    const received = one.kind === 'upsert' ? one.model : '';
    return new UnseenError('COLLECTION_OTHER_MODEL', { name: this.name, expected: this.model, received });
  }

  /** What the caller gets, and whether the writer goes on. */
  #failed(cause: unknown): { error: unknown; goesOn: boolean } {
    const unchanged = this.#unchanged();
    if (cause instanceof UnseenError && unchanged) return { error: cause, goesOn: true };
    const { code, message } = cause as { code?: unknown; message?: string };
    const goesOn = unchanged && wantsRoom(code, this.folder);
    const kept = unchanged ? 'nothing of the call was kept' : 'the call may be kept or not';
    const advice = goesOn
      ? 'Make room on the disk and call again; what was acknowledged before is there.'
      : 'Open the collection again: what was acknowledged before is there.';
    const values = { name: this.name, kept, reason: message ?? String(cause), advice };
    return { error: new UnseenError('COLLECTION_WRITE_FAILED', values, { cause }), goesOn };
  }

  #unchanged(): boolean {
    try {
      return this.records.readHead().version === this.version;
    } catch {
      return false;
    }
  }
}

/** Bytes that a commit writes, without the trees of the records. */
function bytesOf({ blocks = [], dead = new Map(), pictures = [] }: Change): number {
  let bytes = 0;
  for (const { head, content } of blocks) bytes += head.length + content.length;
  for (const bitmap of dead.values()) bytes += bitmap.length;
  for (const picture of pictures) bytes += picture.bytes.length;
  return bytes;
}

/** Lists of the dead of the blocks of these items. */
function replacedIn({ memory, head }: Loaded, items: readonly number[]): Map<number, Uint8Array> {
  const killed = new Set(items);
  const dead = new Map<number, Uint8Array>();
  for (const item of items) {
    const place = memory.firsts.lastUpTo(item);
    const first = memory.firsts.at(place);
    if (dead.has(first)) continue;
    const end = place + 1 < memory.firsts.length ? memory.firsts.at(place + 1) : head.next;
    const lives = (i: number): boolean => memory.live.has(first + i) && !killed.has(first + i);
    dead.set(first, deadBitmap(end - first, lives)!);
  }
  return dead;
}
