/** Reads everything that a state consists of, and compares checksums and counts. */
import { UnseenError } from '../../errors.ts';
import { hasBit } from '../../search/bitmap.ts';
import type { VerifyReport } from '../contract.ts';
import { decodeHead } from './blocks.ts';
import type { RecordsView } from './records-view.ts';
import type { Segments } from './segments.ts';

/** Blocks after which other work is let in. */
const SLICE_BLOCKS = 256;

export async function verifyState(view: RecordsView, segments: Segments): Promise<VerifyReport> {
  const problems: string[] = [];
  let [items, next, codeBytes, blocks] = [0, 0, 0, 0];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof UnseenError)) throw cause;
      problems.push(cause.message);
      return undefined;
    }
  };
  const head = await attempt(() => view.head());
  if (!head) return { items, codeBytes, problems };
  const dead = (await attempt(() => view.dead(head.generation))) ?? new Map<number, Buffer>();
  const read = segments.reader();
  for (const { first, value } of view.heads(head.generation)) {
    const where = { file: segments.folder, where: `the block of item ${first}` };
    await attempt(async () => {
      const { count, place } = decodeHead(value, segments.folder, first);
      const bitmap = dead.get(first);
      for (let i = 0; i < count; i++) if (!bitmap || !hasBit(bitmap, i)) items++;
      next += count;
      await attempt(async () => {
        codeBytes += (await read(place)).length;
      });
      const content = view.content(head.generation, first);
      if (content?.count !== count)
        throw new UnseenError('COLLECTION_DAMAGED', {
          ...where,
          reason: `${count} items, ${content?.count ?? 'no'} payloads`,
        });
      content.payloadsFrom(0);
      // A picture of a dead item may be gone or not.
      for (let i = 0; i < count; i++) {
        const hash = bitmap && hasBit(bitmap, i) ? undefined : content.picture(i);
        if (hash) await attempt(() => view.picture(hash));
      }
    });
    if (++blocks % SLICE_BLOCKS === 0) await new Promise((resume) => setTimeout(resume));
  }
  if (head.live !== items || head.next !== next)
    problems.push(`${head.live} of ${head.next} items stated, ${items} of ${next} found`);
  return { items, codeBytes, problems };
}
