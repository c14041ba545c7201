/** Reads a committed state into memory, and believes nothing that its checksums and counts do not bear out. */
import { UnseenError } from '../../errors.ts';
import { hasBit } from '../../search/bitmap.ts';
import { codesOf } from '../check-items.ts';
import { decodeHead } from './blocks.ts';
import { type Arrivals, type IndexOptions, Memory } from './memory.ts';
import type { Head, RecordsView } from './records.ts';
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
  { bits, file, options }: { readonly bits: number; readonly file: string; readonly options: IndexOptions },
): Promise<Loaded> {
  const head = view.head();
  const memory = new Memory(bits, options);
  const read = segments.reader();
  let next = 0;
  let arrivals: Arrivals[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    await memory.apply([], arrivals);
    arrivals = [];
    waiting = 0;
  };
  for (const { first, value, dead } of view.blocks()) {
    const refuse = (reason: string): UnseenError =>
      new UnseenError('COLLECTION_DAMAGED', { file, where: `the block of item ${first}`, reason });
    const { place, masks, ids } = decodeHead(value, file, first);
    if (first !== next) throw refuse(`the block of item ${next} is missing`);
    if (ids.length !== masks.length) throw refuse(`${ids.length} ids, ${masks.length} items`);
    if (!head.segments.includes(place.segment)) throw refuse('its segment is not of the collection');
    let codes = 0;
    for (const mask of masks) codes += codesOf(mask);
    if (codes * (bits / 8) !== place.bytes) throw refuse(`${codes} codes in ${place.bytes} bytes`);
    if (dead && dead.length !== Math.ceil(ids.length / 8))
      throw refuse('its list of the dead has another length');
    memory.firsts.push(first);
    const lives = (at: number): boolean => !dead || !hasBit(dead, at);
    arrivals.push({ ids, masks, codes: await read(place), lives });
    next += ids.length;
    waiting += ids.length;
    if (waiting >= LOAD_ITEMS) await flush();
  }
  await flush();
  const where = 'the commit record';
  if (next !== head.next || memory.live.count !== head.live) {
    const reason = `${head.live} of ${head.next} items stated, ${memory.live.count} of ${next} found`;
    throw new UnseenError('COLLECTION_DAMAGED', { file, where, reason });
  }
  return { head, memory };
}
