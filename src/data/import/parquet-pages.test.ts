import type { ColumnMetaData, PageHeader, SchemaElement } from 'hyparquet';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { describe, expect, it } from 'vitest';
import { MAX_VALUES, PageCheck } from './parquet-pages.ts';

const ROOT = { name: 'root', num_children: 1 };
/** A column of optional numbers. */
const OPTIONAL: SchemaElement = { name: 'x', type: 'INT32', repetition_type: 'OPTIONAL' };

const pathOf = (elements: readonly SchemaElement[]) =>
  [ROOT, ...elements].map((element) => ({ element, children: [], count: 1, path: [] }));

/** Data of a page of 3 optional numbers: levels behind their length, then indexes or values. */
const page = (levels: readonly number[], values: readonly number[] = []) =>
  Uint8Array.from([levels.length, 0, 0, 0, ...levels, ...values]);

interface Stated {
  readonly values?: number;
  readonly rows?: number;
  readonly elements?: readonly SchemaElement[];
  readonly codec?: ColumnMetaData['codec'];
  readonly type?: ColumnMetaData['type'];
}

/** Checks a column of one page whose header says what is given. */
function check(bytes: Uint8Array, header: Partial<PageHeader>, stated: Stated = {}): void {
  const { values = 3, rows = values, elements = [OPTIONAL], codec = 'UNCOMPRESSED', type = 'INT32' } = stated;
  const whole: PageHeader = {
    type: 'DATA_PAGE',
    compressed_page_size: bytes.length,
    uncompressed_page_size: bytes.length,
    ...header,
  };
  const meta = { type, codec, num_values: BigInt(values) } as unknown as ColumnMetaData;
  const tools = { parquetHeader: () => whole, decompressPage, compressors: {} };
  new PageCheck(tools, 'a.parquet').chunk(bytes, { meta, schema: pathOf(elements), rows });
}

const first = (encoding: string, count = 3) =>
  ({
    data_page_header: {
      num_values: count,
      encoding,
      definition_level_encoding: 'RLE',
      repetition_level_encoding: 'RLE',
    },
  }) as Partial<PageHeader>;

const second = (
  count: number,
  nulls: number,
  levels: readonly [number, number],
  encoding = 'RLE_DICTIONARY',
) =>
  ({
    type: 'DATA_PAGE_V2',
    data_page_header_v2: {
      num_values: count,
      num_nulls: nulls,
      num_rows: count,
      encoding,
      repetition_levels_byte_length: levels[0],
      definition_levels_byte_length: levels[1],
    },
  }) as Partial<PageHeader>;

/** 2³⁰ − 1 and 2³¹ − 1 as headers of runs take 5 bytes. */
const LONG_RUN = [0xfe, 0xff, 0xff, 0xff, 0x0f];
const LONG_PACKED = [0xff, 0xff, 0xff, 0xff, 0x0f];

describe('pages of a Parquet file', () => {
  it('that hold what they say pass: runs of one value, packed runs, missing values, both versions', () => {
    check(page([6, 1], [1, 6, 0]), first('RLE_DICTIONARY')); // three present, three times index 0
    check(page([3, 0b101], [1, 3, 0b01]), first('RLE_DICTIONARY')); // packed in eights
    check(page([2, 1, 4, 0], [1, 2, 1]), first('PLAIN_DICTIONARY')); // one present
    check(page([6, 0]), first('PLAIN')); // none
    check(Uint8Array.of(6, 1, 2, 6, 3), second(3, 0, [0, 2]));
    check(
      Uint8Array.from({ length: 18 }, (_, i) => [6, 1][i] ?? 0),
      second(3, 0, [0, 2], 'PLAIN'),
    );
  });

  it.each<[string, () => void, RegExp]>([
    ['a run of 2^30 levels', () => check(page([...LONG_RUN, 1]), first('PLAIN')), /at most 3 values/],
    ['2^28 packed levels', () => check(page([...LONG_PACKED, 1]), first('PLAIN')), /at most 8 values/],
    [
      'a run of 2^30 indexes',
      () => check(page([6, 1], [1, ...LONG_RUN, 0]), first('RLE_DICTIONARY')),
      /at most 3 values/,
    ],
    [
      'a header of a run without an end',
      () => check(page([255, 255, 255, 255, 255, 255]), first('PLAIN')),
      /lie in their page/,
    ],
    ['runs that are too few', () => check(page([2, 1]), first('PLAIN')), /lie in their page/],
    ['runs without length, for ever', () => check(page([0, 0, 0, 0]), first('PLAIN')), /lie in their page/],
    [
      'levels longer than the page',
      () => check(Uint8Array.of(9, 0, 0, 0, 6, 1), first('PLAIN')),
      /lie in their page/,
    ],
    ['a page without levels', () => check(Uint8Array.of(1), first('PLAIN')), /lie in their page/],
    ['indexes of 33 bits', () => check(page([6, 1], [33]), first('RLE_DICTIONARY')), /0 to 32 bits/],
    ['runs as plain numbers', () => check(page([6, 1], [1, 0, 0, 0, 6]), first('RLE')), /another encoding/],
    [
      'an index of a truth',
      () => check(page([6, 1], [1, 6, 0]), first('RLE_DICTIONARY'), { type: 'BOOLEAN' }),
      /another encoding/,
    ],
    [
      'more values than the column',
      () => check(page([8, 1]), first('PLAIN', 4)),
      /3 values of their column|hold so many/,
    ],
    [
      'values that no bytes hold',
      () => check(page([200, 1, 1], []), first('PLAIN', 100), { values: 100 }),
      /hold so many/,
    ],
    ['growing text', () => check(page([6, 1]), first('DELTA_BYTE_ARRAY')), /encoding/],
    ['an unknown page', () => check(page([6, 1]), { type: 'INDEX_PAGE' }), /data or a dictionary/],
    [
      'a page that ends outside',
      () => check(page([6, 1]), { ...first('PLAIN'), compressed_page_size: 7 }),
      /inside its column/,
    ],
    [
      'a page of a negative size',
      () => check(page([6, 1]), { ...first('PLAIN'), compressed_page_size: -1 }),
      /inside its column/,
    ],
    [
      'a page that unpacks to 1 GiB',
      () => check(page([6, 1]), { ...first('PLAIN'), uncompressed_page_size: 2 ** 30 }),
      /at most/,
    ],
    [
      'a dictionary of 2^30 values',
      () =>
        check(page([6, 1]), {
          type: 'DICTIONARY_PAGE',
          dictionary_page_header: { num_values: 2 ** 30, encoding: 'PLAIN' },
        }),
      /a dictionary of 6 bytes/,
    ],
    [
      'another number of values than rows',
      () => check(page([6, 1]), first('PLAIN'), { rows: 4 }),
      /must state 4 values/,
    ],
    [
      'more values than are read',
      () =>
        check(page([6, 1]), first('PLAIN'), {
          values: MAX_VALUES + 1,
          rows: 1,
          elements: [{ ...OPTIONAL, repetition_type: 'REPEATED' }],
        }),
      /write smaller row groups/,
    ],
    [
      'version 2: levels outside',
      () => check(Uint8Array.of(6, 1), second(3, 0, [0, 3])),
      /lie in their page/,
    ],
    [
      'version 2: levels of negative length',
      () => check(Uint8Array.of(6, 1), second(3, 0, [2, -1])),
      /lie in their page/,
    ],
    [
      'version 2: a run of 2^30 indexes',
      () => check(Uint8Array.of(6, 1, 1, ...LONG_RUN, 0), second(3, 0, [0, 2])),
      /at most 3 values/,
    ],
    [
      'version 2: more missing than there are',
      () => check(Uint8Array.of(6, 1, 1, 6, 0), second(3, 4, [0, 2])),
      /must have values/,
    ],
  ])('%s: refused', (_, checking, reason) => {
    expect(checking).toThrow(
      expect.objectContaining({ code: 'FILE_MALFORMED', message: expect.stringMatching(reason) }),
    );
  });
});
