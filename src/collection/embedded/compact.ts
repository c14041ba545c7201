/** Writes the items that live into new segments and blocks, beside the old ones: a commit then takes their place. */
import { type CheckedItems, codesOf } from '../check-items.ts';
import { cutBlocks, decodeHead, decodePayloads, encodeBlock } from './blocks.ts';
import type { Memory } from './memory.ts';
import type { Change, RecordsView } from './records.ts';
import type { Segments, Tail } from './segments.ts';

/** Items that are written at once. */
const CHUNK_ITEMS = 65536;

interface Source {
  readonly view: RecordsView;
  readonly segments: Segments;
  readonly memory: Memory;
  /** Bytes of a code. */
  readonly width: number;
}

/** The new segments are on the disk when it resolves. @throws `COLLECTION_DAMAGED`; the file system's own errors */
export async function compacted({ view, segments, memory, width }: Source): Promise<Change> {
  const head = view.head();
  const blocks = new Map<number, Buffer>();
  const named: number[] = [];
  let tail: Tail = { segment: Math.max(head.tail.segment, 0, ...head.segments) + 1, bytes: 0 };
  let next = 0;
  const read = segments.reader();
  let ids: string[] = [];
  let payloads: string[] = [];
  let masks: number[] = [];
  let codes: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    if (ids.length === 0) return;
    const items: CheckedItems = { ids, payloads, masks: Uint8Array.from(masks), codes: Buffer.concat(codes) };
    tail = segments.placeFor(tail, items.codes.length);
    await segments.append(tail, [items.codes]);
    if (named.at(-1) !== tail.segment) named.push(tail.segment);
    for (const block of cutBlocks(items, width)) {
      blocks.set(next, encodeBlock(block, tail.segment, tail.bytes));
      next += block.ids.length;
      tail = { segment: tail.segment, bytes: tail.bytes + block.codes.length };
    }
    [ids, payloads, masks, codes] = [[], [], [], []];
  };
  for (const { first, value } of view.blocks()) {
    const block = decodeHead(value, segments.folder, first);
    const kept = decodePayloads(value);
    const packed = await read(block.place);
    let at = 0;
    for (const [i, mask] of block.masks.entries()) {
      const end = at + codesOf(mask) * width;
      if (memory.live.has(first + i)) {
        ids.push(block.ids[i]!);
        payloads.push(JSON.stringify(kept[i]));
        masks.push(mask);
        codes.push(packed.subarray(at, end));
      }
      at = end;
    }
    if (ids.length >= CHUNK_ITEMS) await flush();
  }
  await flush();
  return {
    head: {
      version: head.version + 1,
      generation: head.generation + 1,
      next,
      live: next,
      segments: named,
      tail,
    },
    blocks,
    dead: new Map(),
  };
}
