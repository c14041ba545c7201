/** Version 5 of MATLAB's files (also called 6 and 7, and what SciPy and Octave write), of either byte order. */
import type { FileHandle } from 'node:fs/promises';
import { UnseenError } from '../../errors.ts';
import { blocksInMemory } from './arrays.ts';
import { fileSource, inflatedSource } from './byte-source.ts';
import type { MatFile, MatVariable } from './mat-file.ts';
import { MAX_INFLATION, unsupported } from './mat-file.ts';
import { COMPRESSED, Elements, MATRIX, type MatrixHeader } from './v5-elements.ts';
import { readSingles, readValue } from './v5-values.ts';

const HEADER_BYTES = 128;
const TAG_BYTES = 8;
const MAX_VARIABLES = 100_000;

interface Place {
  /** Of the element's data. */
  readonly from: number;
  readonly to: number;
  readonly compressed: boolean;
}

/** The file's variables, found by their headers; values are read when asked for. Throws `FILE_MALFORMED`, `FILE_LENGTH`. */
export async function openVersion5(
  handle: FileHandle,
  file: string,
  length: number,
  littleEndian: boolean,
): Promise<MatFile> {
  /** Reads the array at a place: its header, then whatever `use` wants of it. */
  const visit = async <T>(
    { from, to, compressed }: Place,
    use: (elements: Elements, header: MatrixHeader) => Promise<T>,
  ): Promise<T> => {
    const source = compressed ? inflatedSource(handle, file, from, to) : fileSource(handle, file, from, to);
    try {
      let elements = new Elements(source, file, littleEndian, to - from);
      if (compressed) {
        const limit = (to - from) * MAX_INFLATION;
        const around = new Elements(source, file, littleEndian, TAG_BYTES + limit);
        const tag = await around.tag();
        if (tag.type !== MATRIX)
          throw around.malformed('a compressed element must be an array (14)', tag.type);
        elements = around.inside(tag);
      }
      return await use(elements, await elements.matrixHeader());
    } finally {
      source.close();
    }
  };

  const variables = new Map<string, MatVariable>();
  const places = new Map<string, Place>();
  for (let at = HEADER_BYTES; at < length; ) {
    const top = new Elements(fileSource(handle, file, at, length), file, littleEndian, length - at);
    const { type, bytes } = await top.tag();
    if (type !== COMPRESSED && type !== MATRIX)
      throw new UnseenError('FILE_MALFORMED', {
        file,
        where: `mat, byte ${at}`,
        reason: 'a variable must be an array (14) or compressed (15)',
        received: type,
      });
    const place = { from: at + TAG_BYTES, to: at + TAG_BYTES + bytes, compressed: type === COMPRESSED };
    const { name, className, shape } = await visit(place, async (_, header) => header);
    // Without a name: MATLAB's own notes on objects.
    if (name !== '') {
      if (variables.has(name) || variables.size === MAX_VARIABLES)
        throw new UnseenError('FILE_MALFORMED', {
          file,
          where: `mat, byte ${at}`,
          reason: variables.has(name) ? 'names must differ' : `at most ${MAX_VARIABLES} variables are read`,
          received: name,
        });
      variables.set(name, { name, className, shape });
      places.set(name, place);
    }
    at = place.to;
  }

  /** Reads a variable to its end, which proves the checksum of a compressed one. */
  const whole = async <T>(
    name: string,
    use: (elements: Elements, header: MatrixHeader) => Promise<T>,
  ): Promise<T> => {
    const place = places.get(name);
    if (!place) throw unsupported(file, name, 'must be in the file', [...places.keys()]);
    return visit(place, async (elements, header) => {
      const value = await use(elements, header);
      await elements.end();
      await elements.source.end();
      return value;
    });
  };
  const read: MatFile['read'] = (name) => whole(name, readValue);
  return {
    file,
    version: '5',
    variables,
    read,
    readSingle: (name) => whole(name, readSingles),
    blocks: async (name, dimension) => {
      const value = await read(name);
      if (value.kind !== 'numeric') throw unsupported(file, name, 'must be a full array', value.kind);
      return blocksInMemory(value, dimension);
    },
  };
}
