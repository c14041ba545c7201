/** Many items as NDJSON: lines are read, encoded and written in batches; each is answered when its batch is on the disk. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { UnseenError } from '../../errors.ts';
import type { ItemLine, ItemResult } from '../api/items.ts';
import { SCHEMAS } from '../api/routes.ts';
import type { Served } from '../catalog.ts';
import type { Context } from '../context.ts';
import { parse } from '../http/parse.ts';
import { itemProblemOf } from '../http/problems.ts';
import { type Draft, writeItems } from '../write-items.ts';
import type { Handlers } from './handler.ts';
import { draftOf } from './items.ts';
import { type Line, lineBatches } from './line-batches.ts';

export const addItemsHandlers = {
  async addItems(context, { params, request, reply, deadline, signal }) {
    const served = context.catalog.get(params.name);
    reply.type('application/x-ndjson');
    reply.raw.once('finish', () => {
      if (!request.raw.complete) request.raw.socket.destroySoon(); // nobody reads the rest
    });
    const answers = async function* (): AsyncGenerator<string> {
      const ids = new Set<string>();
      let last = 0;
      const write = (results: readonly ItemResult[]): string => {
        last = results.at(-1)!.line;
        return results.map((result) => `${JSON.stringify(result)}\n`).join('');
      };
      const refusal = (line: number, error: unknown): ItemResult => ({
        line,
        id: '',
        status: 'failed',
        error: itemProblemOf(error),
      });
      const heard = (): void => deadline.restart(context.limits.uploadSilence);
      try {
        for await (const { lines, refused } of lineBatches(
          pieces(request.raw, signal),
          context.limits,
          heard,
        )) {
          const results = await answerLines(context, served, lines, ids, signal);
          if (refused) results.push(refusal(refused.line, refused.error));
          yield write(results);
        }
      } catch (error) {
        // The head of the answer is gone long ago: what ended it is told in the line that comes next.
        yield write([refusal(last + 1, signal.aborted ? signal.reason : error)]);
      }
    };
    // Answers are small and as many as lines: a client that reads them only at the end does not stop its own upload.
    return Readable.from(answers(), { highWaterMark: context.limits.lines });
  },
} satisfies Handlers<'addItems'>;

/** Until the signal fires; the connection stays, to be answered. */
async function* pieces(request: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const iterator = request.iterator({ destroyOnReturn: false });
  for (;;) {
    const { done, value } = await Promise.race([iterator.next(), aborted]);
    if (done) return;
    yield value;
  }
}

async function answerLines(
  context: Context,
  served: Served,
  lines: readonly Line[],
  ids: Set<string>,
  signal: AbortSignal,
): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  const drafts: Draft[] = [];
  const places: number[] = [];
  for (const { line, text } of lines) {
    const result: ItemResult = { line, id: '', status: 'failed' };
    results.push(result);
    try {
      const item = itemOf(text);
      result.id = item.id;
      if (ids.has(item.id)) {
        result.status = 'duplicate';
        continue;
      }
      drafts.push(draftOf(item, served.collection.bits));
      places.push(results.length - 1);
      ids.add(item.id);
    } catch (error) {
      result.error = itemProblemOf(error);
    }
  }
  const written = await writeItems(context, served, drafts, signal);
  for (const [i, { status, error }] of written.entries()) {
    const result = results[places[i]!]!;
    result.status = status;
    if (status === 'failed') result.error = itemProblemOf(error);
  }
  return results;
}

/** @throws `REQUEST_INVALID` */
function itemOf(text: string): ItemLine {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new UnseenError('REQUEST_INVALID', { field: 'line', reason: 'is no JSON' }, { cause });
  }
  return parse(SCHEMAS.addItems.body, raw, 'line');
}
