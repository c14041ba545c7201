/** Writes the items that live into another generation, as they are. */
import { codesOf } from '../check-items.ts';
import { decodeHead } from './blocks.ts';
import type { Loaded } from './load.ts';
import { Gathering } from './new-rows.ts';
import type { RecordsView } from './records-view.ts';
import type { Segments } from './segments.ts';
import type { Staging } from './staging.ts';

/** Items, and characters of payloads, that are in memory at once. */
const CHUNK_ITEMS = 65536;
const CHUNK_TEXT = 16 * 2 ** 20;

/** @throws `COLLECTION_DAMAGED`; the file system's own errors */
export async function stageLiving(
  view: RecordsView,
  { head, memory }: Loaded,
  segments: Segments,
  staging: Staging,
): Promise<void> {
  const read = segments.reader();
  const gathering = new Gathering();
  for (const { first, value } of view.heads(head.generation)) {
    const { place, masks, lengths, ids } = decodeHead(value, segments.folder, first);
    const content = view.content(head.generation, first)!;
    const codes = await read(place);
    let [id, code] = [0, 0];
    for (const [i, mask] of masks.entries()) {
      const [idEnd, codeEnd] = [id + lengths[i]!, code + codesOf(mask) * (head.bits / 8)];
      if (memory.live.has(first + i))
        gathering.push(
          ids.subarray(id, idEnd),
          mask,
          codes.subarray(code, codeEnd),
          content.text(i),
          content.picture(i),
        );
      [id, code] = [idEnd, codeEnd];
    }
    if (gathering.count >= CHUNK_ITEMS || gathering.text >= CHUNK_TEXT) await staging.add(gathering.take());
  }
  await staging.add(gathering.take());
}
