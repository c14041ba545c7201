/** Payloads and pictures of items of a state, by their numbers. @throws `INDEX_CHANGED` once another generation has come */
import { UnseenError } from '../../errors.ts';
import type { Item } from '../contract.ts';
import type { BlockContent } from './block-content.ts';
import type { KeptBlocks } from './kept-blocks.ts';
import type { Loaded } from './load.ts';
import type { RecordsView } from './records-view.ts';

export type Kept = Pick<Item, 'payload' | 'picture'>;

export interface ReadState extends Loaded {
  readonly contents: KeptBlocks;
}

const firstOf = ({ memory }: Loaded, item: number): number => memory.firsts.at(memory.firsts.lastUpTo(item));

/** The block of an item, which stays decoded: its neighbours are often asked for next. */
export function contentOf(state: ReadState, item: number, view: RecordsView): BlockContent {
  const first = firstOf(state, item);
  return state.contents.get(first, () => {
    const content = view.content(state.head.generation, first);
    if (!content) throw new UnseenError('INDEX_CHANGED', {});
    return content;
  });
}

/** With its neighbours, for those who go through items in their order. */
export function keptOf(state: ReadState, item: number, view: RecordsView): Kept {
  const content = contentOf(state, item, view);
  const place = item - content.first;
  return keptAs(content.payload(place), content.picture(place));
}

/** Alone: hits lie anywhere, and to keep their blocks would be to decode most blocks again and again. */
export function hitOf(state: Loaded, item: number, view: RecordsView): Kept {
  const first = firstOf(state, item);
  const found = view.item(state.head.generation, first, item - first);
  if (!found) throw new UnseenError('INDEX_CHANGED', {});
  return keptAs(found.payload, found.picture);
}

const keptAs = (payload: Kept['payload'], picture: Buffer | undefined): Kept => ({
  payload,
  ...(picture && { picture: picture.toString('hex') }),
});
