/** Lines of a gzip file, one after the other, each of bounded length: a bomb fills no memory. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unreadable } from '../../data/files.ts';
import { damagedExport, MAX_LINE, MAX_PICTURE_LINE, QUOTE } from './format.ts';

/** Without their ends. @throws `EXPORT_DAMAGED`, `FILE_UNREADABLE` */
export async function* linesOf(file: string): AsyncGenerator<Buffer, void, undefined> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  pipeline(source, gunzip, () => {}); // what fails in it ends the reading of `gunzip` too
  let pieces: Buffer[] = [];
  let length = 0;
  let line = 1;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        pieces.push(chunk.subarray(from, end));
        yield pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
        [pieces, length, from] = [[], 0, end + 1];
        line++;
      }
      pieces.push(chunk.subarray(from));
      length += chunk.length - from;
      const limit = pieces.find((piece) => piece.length > 0)?.[0] === QUOTE ? MAX_PICTURE_LINE : MAX_LINE;
      if (length > limit) throw damagedExport(file, `line ${line}`, `is longer than ${limit} bytes`);
    }
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw damagedExport(file, `line ${line}`, `is no whole gzip (${(cause as Error).message})`, cause);
    throw unreadable(file, cause);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (length > 0) throw damagedExport(file, `line ${line}`, 'is cut short');
}
