/** Result files: which kind an ending asks for, and lines written as they come. */
import path from 'node:path';
import { writeFileAtomic } from '../../data/files.ts';
import { UnseenError } from '../../errors.ts';

/** @throws `ARGUMENT_INVALID` if the file ends in none of them */
export function endingOf<Ending extends string>(file: string, known: readonly Ending[]): Ending {
  const ending = path.extname(file).toLowerCase();
  const found = known.find((one) => one === ending);
  if (found !== undefined) return found;
  const reason = `must end in ${known.join(' or ')}`;
  throw new UnseenError('ARGUMENT_INVALID', { name: 'out', reason, received: file });
}

/** Characters that are written at once. */
const CHUNK = 1 << 16;

/** Whole or not at all; the lines are asked for one after the other and not kept. */
export function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  return writeFileAtomic(file, chunksOf(lines));
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
