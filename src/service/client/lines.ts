/** Many items as NDJSON: lines gathered to requests, and the lines of the answers as they come. */
import { UnseenError } from '../../errors.ts';
import type { ItemResult } from '../api/items.ts';
import type { NewLine } from './client.ts';
import { type CallOptions, type ClientOptions, request } from './request.ts';

/** Browsers send no stream over HTTP/1.1: bodies are gathered, and small enough that a failure repeats little. */
const MAX_LINES = 1_000;
const MAX_CHARACTERS = 4 * 2 ** 20;

export async function* addLines(
  options: ClientOptions,
  collection: string,
  items: Iterable<NewLine> | AsyncIterable<NewLine>,
  call?: CallOptions,
): AsyncGenerator<ItemResult, void, undefined> {
  let sent = 0;
  for await (const lines of gather(items)) {
    const body = { type: 'application/x-ndjson', content: `${lines.join('\n')}\n` };
    const response = await request(options, 'addItems', { parts: [collection], body }, call);
    let answered = 0;
    for await (const line of linesOf(response)) {
      const result = parse(line);
      answered++;
      yield { ...result, line: sent + result.line };
    }
    if (answered !== lines.length) {
      // The service ends an answer early only when it breaks off: what was not answered may not be kept.
      const received = `answers to ${answered} of ${lines.length} lines`;
      throw new UnseenError('SERVICE_ANSWER_INVALID', { operation: 'addItems', received });
    }
    sent += lines.length;
  }
}

async function* gather(items: Iterable<NewLine> | AsyncIterable<NewLine>): AsyncGenerator<string[]> {
  let lines: string[] = [];
  let characters = 0;
  for await (const item of items) {
    const line = JSON.stringify(item);
    if (lines.length > 0 && (lines.length === MAX_LINES || characters + line.length > MAX_CHARACTERS)) {
      yield lines;
      lines = [];
      characters = 0;
    }
    lines.push(line);
    characters += line.length;
  }
  if (lines.length > 0) yield lines;
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel();
  }
}

function parse(line: string): ItemResult {
  try {
    return JSON.parse(line) as ItemResult;
  } catch (cause) {
    const received = line.slice(0, 100);
    throw new UnseenError('SERVICE_ANSWER_INVALID', { operation: 'addItems', received }, { cause });
  }
}
