/** Reads a committed state into memory, and believes nothing that its checksums and counts do not bear out. */
import { UnseenError } from '../../errors.ts';
import { hasBit } from '../../search/bitmap.ts';
import { codesOf } from '../check-items.ts';
import { decodeHead } from './blocks.ts';
import type { Head } from './head.ts';
import { type Arrivals, type IndexOptions, Memory } from './memory.ts';
import type { RecordsView } from './records-view.ts';
import type { Segments } from './segments.ts';

/** Items that come into an index at once. */
const LOAD_ITEMS = 65536;

export interface Loaded {
  readonly head: Head;
  readonly memory: Memory;
}

/** @throws `COLLECTION_DAMAGED` */
export async function load(
  view: RecordsView,
  segments: Segments,
  { file, options }: { readonly file: string; readonly options: IndexOptions },
): Promise<Loaded> {
  const head = view.head();
  const width = head.bits / 8;
  const memory = new Memory(head.bits, options, head.live);
  const read = segments.reader();
  const dead = view.dead(head.generation);
  const named = new Set(head.segments);
  let next = 0;
  let arrivals: Arrivals[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    await memory.apply([], arrivals);
    arrivals = [];
    waiting = 0;
  };
  for (const { first, value } of view.heads(head.generation)) {
    const refuse = (reason: string): UnseenError =>
      new UnseenError('COLLECTION_DAMAGED', { file, where: `the block of item ${first}`, reason });
    const { count, place, masks, lengths, ids } = decodeHead(value, file, first);
    if (first !== next) throw refuse(`the block of item ${next} is missing`);
    if (!named.has(place.segment)) throw refuse('its segment is not of the collection');
    let codes = 0;
    for (const mask of masks) codes += codesOf(mask);
    if (codes * width !== place.bytes) throw refuse(`${codes} codes in ${place.bytes} bytes`);
    const bitmap = dead.get(first);
    if (bitmap && bitmap.length !== Math.ceil(count / 8))
      throw refuse('its list of the dead has another length');
    memory.firsts.push(first);
    arrivals.push({
      ids: { bytes: ids, lengths },
      masks,
      codes: await read(place),
      ...(bitmap && { lives: (at: number) => !hasBit(bitmap, at) }),
    });
    next += count;
    waiting += count;
    if (waiting >= LOAD_ITEMS) await flush();
  }
  await flush();
  memory.ids.settle();
  const where = 'the commit record';
  if (next !== head.next || memory.live.count !== head.live) {
    const reason = `${head.live} of ${head.next} items stated, ${memory.live.count} of ${next} found`;
    throw new UnseenError('COLLECTION_DAMAGED', { file, where, reason });
  }
  return { head, memory };
}
