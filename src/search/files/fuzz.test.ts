/** Index files that were changed by accident or on purpose. */
import { describe, expect, it } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';
import { LinearIndex } from '../linear-index.ts';
import { MultiIndexHash } from '../multi-index-hash.ts';
import type { EngineName, Hit, Id } from '../types.ts';
import { Checksum } from './checksum.ts';
import { indexFromBytes, indexToBytes, type SavedIndex } from './index-file.ts';
import { aligned } from './table.ts';

const BITS = 64;
const ROWS = 300;
const PREAMBLE = 32;
/** Files of each of the three ways to change one, all kinds together. */
const PER_WAY = { blind: 6000, head: 2500, sections: 1500 };
/** No file may take longer to be refused or opened, in ms. */
const LONGEST = 1000;

const random = new Random(7, 'fuzz');
const codesOf = (count: number): Codes =>
  Codes.fromBytes(
    Uint8Array.from({ length: (count * BITS) / 8 }, () => random.below(256)),
    { bits: BITS },
  );
const codes = codesOf(ROWS);
const queries = codesOf(2);

const IDS: Record<string, ((row: number) => Id) | undefined> = {
  'row numbers': undefined,
  u32: (row) => 3 * row,
  f64: (row) => row - 0.5,
  i64: (row) => BigInt(row) - 100n,
  strings: (row) => `é${row * 7919}`,
  mixed: (row) => (row % 4 === 0 ? row : row % 4 === 1 ? 2n ** 70n + BigInt(row) : `\ud800${row}`),
};

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly answer: Hit[][];
}

async function samples(): Promise<Sample[]> {
  const made: Sample[] = [];
  for (const [form, id] of Object.entries(IDS)) {
    const ids = id && Array.from({ length: ROWS }, (_, row) => id(row));
    const options = ids ? { ids } : {};
    const indexes: Record<string, SavedIndex> = {
      linear: LinearIndex.from(codes, options),
      mih: MultiIndexHash.from(codes, { ...options, substrings: 8 }),
    };
    for (const [kind, index] of Object.entries(indexes)) {
      await index.add(codesOf(20), ids ? { ids: Array.from({ length: 20 }, (_, i) => id!(ROWS + i)) } : {});
      await index.delete([index.idOf(3), index.idOf(280), index.idOf(310)]);
      made.push({
        name: `${kind}, ${form}`,
        bytes: await indexToBytes(index),
        answer: await index.search(queries, { k: 30 }),
      });
    }
  }
  return made;
}

/** What came of it: an error, which must be typed, or the answers of an index. */
async function tried(bytes: Uint8Array, what: string, engine?: EngineName): Promise<Hit[][] | string> {
  const begin = performance.now();
  try {
    const index = await indexFromBytes(bytes, engine && { engine });
    const answer = await index.search(queries, { k: 30 });
    for (let row = 0; row < index.rows; row += 50) index.idOf(row);
    index.codes();
    index.close();
    return answer;
  } catch (error) {
    if (!(error instanceof UnseenError) || error.code === 'INTERNAL') throw new Error(what, { cause: error });
    return error.code;
  } finally {
    expect(performance.now() - begin, what).toBeLessThan(LONGEST);
  }
}

const tableOf = (bytes: Uint8Array): { length: number; text: string } => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
  return { length, text: new TextDecoder().decode(bytes.subarray(PREAMBLE, PREAMBLE + length)) };
};

/** Makes the checksum of preamble and table right again. */
function sealHead(bytes: Uint8Array): Uint8Array {
  const { length } = tableOf(bytes);
  const checksum = new Checksum()
    .update(bytes.subarray(0, 28))
    .update(bytes.subarray(PREAMBLE, PREAMBLE + length));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(28, checksum.digest(), true);
  return bytes;
}

/** The file with another table in front of the same sections. */
function withTable(bytes: Uint8Array, text: string): Uint8Array {
  const body = bytes.subarray(aligned(PREAMBLE + tableOf(bytes).length));
  const table = new TextEncoder().encode(text);
  const start = aligned(PREAMBLE + table.length);
  const made = new Uint8Array(start + body.length);
  made.set(bytes.subarray(0, PREAMBLE));
  made.set(table, PREAMBLE);
  made.set(body, start);
  const view = new DataView(made.buffer);
  view.setUint32(12, table.length, true);
  view.setBigUint64(16, BigInt(made.length), true);
  return sealHead(made);
}

const BLIND: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'flipped bits': (bytes) => {
    for (let i = 1 + random.below(4); i > 0; i--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  'flipped bits of the head': (bytes) => {
    bytes[random.below(PREAMBLE + tableOf(bytes).length)]! ^= 1 << random.below(8);
    return bytes;
  },
  'cut short': (bytes) => bytes.subarray(0, random.below(bytes.length)),
  'made longer': (bytes) => {
    const longer = new Uint8Array(bytes.length + 1 + random.below(200));
    longer.set(bytes);
    return longer;
  },
  'zeroed span': (bytes) => {
    const from = random.below(bytes.length);
    return bytes.fill(0, from, from + 1 + random.below(300));
  },
  'swapped spans': (bytes) => {
    const span = 64 * (1 + random.below(4));
    const [a, b] = [random.below(bytes.length - span), random.below(bytes.length - span)];
    const first = bytes.slice(a, a + span);
    bytes.copyWithin(a, b, b + span);
    bytes.set(first.subarray(0, bytes.length - b), b);
    return bytes;
  },
};

const HOSTILE = [
  0,
  1,
  63,
  64,
  65,
  255,
  256,
  2 ** 16,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
];

/** One number of the table becomes another, or a piece of its text goes, comes twice or is something else. */
function hostileTable(text: string): string {
  const numbers = [...text.matchAll(/(?<=[:,[])\d+(?=[,}\]])/g)];
  const place = numbers[random.below(numbers.length)]!;
  const near = Number(place[0]) + [-64, -8, -1, 1, 8, 64][random.below(6)]!;
  const value = random.below(3) === 0 ? near : HOSTILE[random.below(HOSTILE.length)]!;
  const put = (with_: string): string =>
    text.slice(0, place.index) + with_ + text.slice(place.index + place[0].length);
  switch (random.below(8)) {
    case 0:
      return put(['-1', '0.5', 'null', '"7"', '[]', '1e5', '{"__proto__":1}'][random.below(7)]!);
    case 1:
      return text.replace(/"(codes|live|ids\.[a-z0-9]+|rows|bits|kind|facts)"/g, (name) =>
        random.below(3) === 0 ? `"${['codes', 'live', 'ids.u32', '__proto__', 'x'][random.below(5)]}"` : name,
      );
    case 2: {
      const sections = JSON.parse(text).sections as unknown[];
      const chosen = random.below(sections.length);
      const changed = random.below(2)
        ? sections.filter((_, i) => i !== chosen)
        : [...sections, sections[chosen]];
      return JSON.stringify({ ...JSON.parse(text), sections: changed });
    }
    case 3:
      return random.below(2) ? '['.repeat(1 + random.below(5000)) : text.slice(0, random.below(text.length));
    default:
      return put(String(value));
  }
}

/** Other bytes in a section, and its checksum made right. */
function hostileSection(bytes: Uint8Array): Uint8Array {
  const { text } = tableOf(bytes);
  const table = JSON.parse(text);
  const sections = table.sections.filter((section: { bytes: number }) => section.bytes > 0);
  const section = sections[random.below(sections.length)];
  const content = bytes.subarray(section.offset, section.offset + section.bytes);
  const whole = random.below(3) === 0;
  for (let i = 0; i < content.length; i++) {
    if (whole || random.below(content.length) < 3)
      content[i] = random.below(2) ? random.below(256) : random.below(2) * 255;
  }
  section.xxh32 = new Checksum().update(content).digest().toString(16).padStart(8, '0');
  return withTable(bytes, JSON.stringify(table));
}

describe('a changed index file', () => {
  it('is refused with a typed error, or gives the same answers', async () => {
    const ways = Object.entries(BLIND);
    const list = await samples();
    let refused = 0;
    for (let i = 0; i < PER_WAY.blind; i++) {
      const { name, bytes, answer } = list[i % list.length]!;
      const [way, change] = ways[random.below(ways.length)]!;
      const changed = change(bytes.slice());
      const result = await tried(changed, `${name}: ${way}`);
      if (typeof result === 'string') refused++;
      else {
        // Every byte is looked at: what opens was not changed.
        expect(Buffer.compare(changed, bytes), `${name}: ${way}`).toBe(0);
        expect(result, name).toEqual(answer);
      }
    }
    expect(refused).toBeGreaterThan(0.9 * PER_WAY.blind);
  });

  it('is refused or answered alike when its table lies and the checksum is right', async () => {
    const list = await samples();
    let refused = 0;
    for (let i = 0; i < PER_WAY.head; i++) {
      const { name, bytes, answer } = list[i % list.length]!;
      const text = hostileTable(tableOf(bytes).text);
      const result = await tried(withTable(bytes, text), `${name}: ${text}`);
      if (typeof result === 'string') refused++;
      else expect(result, `${name}: ${text}`).toEqual(answer);
    }
    expect(refused).toBeGreaterThan(0.7 * PER_WAY.head);
  });

  it('whose numbers of the preamble are huge is refused', async () => {
    const [{ bytes }] = (await samples()) as [Sample];
    for (const at of [8, 12, 16, 20, 24]) {
      for (const value of HOSTILE.filter((number) => number > 1 && number < 2 ** 32)) {
        const changed = bytes.slice();
        new DataView(changed.buffer).setUint32(at, value, true);
        const length = tableOf(changed).length;
        const sealed = PREAMBLE + length <= changed.length ? sealHead(changed) : changed;
        expect(await tried(sealed, `${at}: ${value}`)).toMatch(/^(INDEX_FILE_|FILE_LENGTH)/);
      }
    }
  });

  it('with forged sections is refused or searched, and nothing breaks', async () => {
    const list = await samples();
    for (let i = 0; i < PER_WAY.sections; i++) {
      const { name, bytes } = list[i % list.length]!;
      const result = await tried(hostileSection(bytes.slice()), name, i % 3 === 0 ? 'typescript' : undefined);
      if (typeof result !== 'string') expect(result.length).toBe(queries.count);
    }
  });
});
