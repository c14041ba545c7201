/**
 * Another generation of a collection, written beside the one that counts: codes into new segments, blocks under the new
 * generation's number. A commit that names it puts it in the old one's place; without one it does not exist.
 */
import { encodeContent } from './block-content.ts';
import { encodeHead } from './blocks.ts';
import type { Head } from './head.ts';
import { cutBlocks, type NewRows } from './new-rows.ts';
import { Numbers } from './numbers.ts';
import { PictureNames } from './picture-names.ts';
import type { Block, Records } from './records.ts';
import { SegmentWriter } from './segment-writer.ts';
import type { Segments, Tail } from './segments.ts';
import { step } from './steps.ts';

/** Blocks that go in one transaction: some ms. */
const BLOCKS_AT_ONCE = 64;

export class Staging {
  readonly generation: number;
  readonly bits: number;
  /** First item of each block. */
  readonly firsts = new Numbers();
  /** Pictures of its items. */
  readonly pictures = new PictureNames();
  readonly #records: Records;
  readonly #segments: Segments;
  readonly #writer: SegmentWriter;
  readonly #named: number[] = [];
  #tail: Tail;
  #next = 0;

  constructor(records: Records, segments: Segments, generation: number, bits: number) {
    this.generation = generation;
    this.bits = bits;
    this.#records = records;
    this.#segments = segments;
    this.#writer = new SegmentWriter(segments);
    this.#tail = { segment: segments.fresh(), bytes: 0 };
  }

  /** Number that the next item gets. */
  get next(): number {
    return this.#next;
  }

  /** On the disk when it resolves. */
  async add(rows: NewRows): Promise<void> {
    if (rows.masks.length === 0) return;
    const at = this.#segments.placeFor(this.#tail, rows.codes.length);
    if (this.#named.at(-1) !== at.segment) this.#named.push(at.segment);
    await this.#writer.append(at, [rows.codes]);
    let offset = at.bytes;
    let blocks: Block[] = [];
    for (const block of cutBlocks(rows, this.bits / 8)) {
      const first = this.#next;
      const content = encodeContent(block, { generation: this.generation, first });
      blocks.push({ first, head: encodeHead(block, at.segment, offset), content });
      for (const hash of block.pictures.values()) this.pictures.add(hash);
      this.firsts.push(first);
      this.#next += block.masks.length;
      offset += block.codes.length;
      if (blocks.length < BLOCKS_AT_ONCE) continue;
      await this.#records.stage(this.generation, blocks);
      blocks = [];
    }
    await this.#records.stage(this.generation, blocks);
    this.#tail = { segment: at.segment, bytes: offset };
    step('generation staged');
  }

  /** The commit record that names it. */
  head(old: Head, { live, model }: { readonly live: number; readonly model: string }): Head {
    return {
      bits: this.bits,
      model,
      version: old.version + 1,
      generation: this.generation,
      next: this.#next,
      live,
      segments: [...this.#named],
      tail: this.#tail,
      swept: false,
    };
  }

  /** Nothing is added any more. */
  async close(): Promise<void> {
    await this.#writer.close();
  }

  /** Takes away what was written, when no commit will name it. */
  async drop(old: Head): Promise<void> {
    await this.#segments.remove(this.#named);
    await this.#records.keepOnly(old.generation);
  }
}
