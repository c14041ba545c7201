/**
 * A multi-index hash in its file: for every shard the sorted codes, their rows, and the tables, as they lie in memory.
 * What was added since the tables were made, the tail, is hung into them again.
 */
import { KernelMemory } from '../kernels/memory.ts';
import { type Layout, placeBits, type Table } from '../mih/description.ts';
import { ENTRY_BYTES } from '../mih/plan.ts';
import { MihShard } from '../mih/shard.ts';
import { MihStore, type PlacedShard } from '../mih/store.ts';
import type { RowStore } from '../store.ts';
import { encodeShapes, readShapes, type ShardShape } from './mih-shapes.ts';
import type { IndexReader } from './reader.ts';
import type { Section } from './writer.ts';

/** Bytes of codes that are packed at once. */
const COPY_BYTES = 1 << 20;

export function mihSections({ shards, bits }: MihStore): Section[] {
  const shapes = shards.map(({ shard: { layout, substrings }, judged }) => ({
    count: layout.count,
    tail: layout.tailCount,
    judged,
    substrings,
  }));
  const list = encodeShapes(shapes);
  const parts = shards.flatMap(({ shard }, s) => shardSections(shard, bits / 8, `mih.${s}`));
  return [{ name: 'mih.shards', bytes: list.length, chunks: () => [list] }, ...parts];
}

function shardSections(shard: MihShard, width: number, prefix: string): Section[] {
  const { layout, memory, rowBytes } = shard;
  const part = (name: string, bytes: number, at: number): Section => ({
    name: `${prefix}.${name}`,
    bytes,
    chunks: () => [memory.u8.subarray(at, at + bytes)],
  });
  const codes = (name: string, rows: number, at: number): Section => ({
    name: `${prefix}.${name}`,
    bytes: rows * width,
    chunks: () => packed(memory, at, rows, width, rowBytes),
  });
  const { count, tailCount } = layout;
  return [
    codes('codes', count, layout.codes),
    part('order', 4 * count, layout.order),
    ...layout.tables.flatMap((table, t) => [
      part(`starts.${t}`, 4 * (2 ** table.width + 1), table.starts),
      ...(t > 0 ? [part(`entries.${t}`, ENTRY_BYTES * count, table.entries)] : []),
    ]),
    codes('tail', tailCount, layout.tail),
  ];
}

/** Rows of whole words without what fills the last. */
function* packed(
  memory: KernelMemory,
  from: number,
  rows: number,
  width: number,
  rowBytes: number,
): Generator<Uint8Array> {
  const { u8 } = memory;
  if (width === rowBytes) {
    yield u8.subarray(from, from + rows * width);
    return;
  }
  const out = new Uint8Array(Math.floor(COPY_BYTES / width) * width);
  for (let row = 0, filled = 0; row < rows; row++) {
    for (let at = from + row * rowBytes, end = at + width; at < end; ) out[filled++] = u8[at++]!;
    if (filled < out.length && row < rows - 1) continue;
    yield out.subarray(0, filled);
    filled = 0;
  }
}

/** @throws `INDEX_FILE_INVALID`, `INDEX_TOO_LARGE`, and as `IndexReader.chunks` */
export async function readMih(
  reader: IndexReader,
  options: { readonly threads: number; readonly substrings?: number },
): Promise<MihStore> {
  const { bits } = reader.head;
  const shards: PlacedShard[] = [];
  let first = 0;
  for (const [s, shape] of (await readShapes(reader)).entries()) {
    shards.push({
      shard: await readShard(reader, `mih.${s}`, shape, options.threads),
      first,
      judged: shape.judged,
    });
    first += shape.count + shape.tail;
  }
  return new MihStore(bits, { ...options, shards });
}

/** The codes alone, by rows, to a store that has no tables. @throws as `readMih` */
export async function readMihCodes(reader: IndexReader, store: RowStore): Promise<void> {
  const width = reader.head.bits / 8;
  for (const [s, { count, substrings, tail }] of (await readShapes(reader)).entries()) {
    const prefix = `mih.${s}`;
    reader.bytes(`${prefix}.codes`, count * width);
    reader.bytes(`${prefix}.order`, 4 * count);
    reader.bytes(`${prefix}.tail`, tail * width);
    const rows = new Uint32Array(count);
    await readOrder(reader, `${prefix}.order`, rows);
    const codes = new Uint8Array(count * width);
    let place = 0;
    for await (const piece of reader.chunks(`${prefix}.codes`, width)) {
      scatter(piece, rows.subarray(place), width, codes);
      place += piece.length / width;
    }
    store.append(codes);
    for (let t = 0; t < substrings.length; t++) {
      await reader.skip(`${prefix}.starts.${t}`);
      if (t > 0) await reader.skip(`${prefix}.entries.${t}`);
    }
    for await (const piece of reader.chunks(`${prefix}.tail`, width)) store.append(piece);
  }
}

// Loops stand in functions of their own: in one that waits they run unoptimised.

function scatter(piece: Uint8Array, rows: Uint32Array, width: number, codes: Uint8Array): void {
  for (let at = 0, place = 0; at < piece.length; at += width, place++) {
    for (let i = 0, target = rows[place]! * width; i < width; i++) codes[target + i] = piece[at + i]!;
  }
}

/** Copies rows to `out` from `at` on; their sum modulo 2³², or −1 if one of them is not below the length of `out`. */
function copyRows(piece: Uint8Array, out: Uint32Array, at: number): number {
  const rows = new Uint32Array(piece.buffer, piece.byteOffset, piece.length / 4);
  const { length } = out;
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row >= length) return -1;
    sum = (sum + row) >>> 0;
  }
  out.set(rows, at);
  return sum;
}

/** Fills `out` with row numbers below its length. That each is there once is held against their sum only. */
async function readOrder(reader: IndexReader, name: string, out: Uint32Array): Promise<void> {
  const { length } = out;
  const refuse = () => reader.refuse(`section ${name}`, `must name each of ${length} rows once`, 'others');
  const expected = Number(((BigInt(length) * BigInt(length - 1)) / 2n) % 2n ** 32n);
  let place = 0;
  let sum = 0;
  for await (const piece of reader.chunks(name, 4)) {
    const part = copyRows(piece, out, place);
    if (part < 0) throw refuse();
    sum = (sum + part) % 2 ** 32;
    place += piece.length / 4;
  }
  if (sum !== expected) throw refuse();
}

async function readShard(
  reader: IndexReader,
  prefix: string,
  { count, tail, substrings }: ShardShape,
  threads: number,
): Promise<MihShard> {
  const { bits } = reader.head;
  const width = bits / 8;
  const rowBytes = 8 * Math.ceil(bits / 64);
  // All lengths before anything is allocated.
  reader.bytes(`${prefix}.codes`, count * width);
  reader.bytes(`${prefix}.order`, 4 * count);
  reader.bytes(`${prefix}.tail`, tail * width);
  for (const [t, { width: bits }] of substrings.entries()) {
    reader.bytes(`${prefix}.starts.${t}`, 4 * (2 ** bits + 1));
    if (t > 0) reader.bytes(`${prefix}.entries.${t}`, ENTRY_BYTES * count);
  }
  const memory = new KernelMemory();
  const tables: Table[] = substrings.map((substring, t) => ({
    ...substring,
    starts: memory.allocate(4 * (2 ** substring.width + 2)),
    entries: t > 0 ? memory.allocate(ENTRY_BYTES * count + 8) : 0, // read in words
    heads: 0,
    next: 0,
  }));
  const order = count > 0 ? memory.allocate(4 * count) : 0;
  const codes = count > 0 ? memory.allocate(count * rowBytes + 8) : 0; // substrings are read up to 3 bytes behind

  let at = codes;
  for await (const piece of reader.chunks(`${prefix}.codes`, width)) {
    memory.writeRows(piece, width, at, rowBytes);
    at += (piece.length / width) * rowBytes;
  }
  await readOrder(reader, `${prefix}.order`, memory.u32.subarray(order / 4, order / 4 + count));
  for (const [t, { width: bits, starts, entries }] of tables.entries()) {
    const name = `${prefix}.starts.${t}`;
    await reader.into(name, memory.u8.subarray(starts, starts + 4 * (2 ** bits + 1)));
    if (!memory.kernel.startsAreSound(starts, 2 ** bits, count))
      throw reader.refuse(`section ${name}`, `must ascend from 0 to ${count}`, 'other numbers');
    if (t === 0) continue;
    const list = `${prefix}.entries.${t}`;
    await reader.into(list, memory.u8.subarray(entries, entries + ENTRY_BYTES * count));
    if (!memory.kernel.entriesAreSound(entries, count, placeBits(count)))
      throw reader.refuse(`section ${list}`, `must be places below ${count}`, 'others');
  }
  const layout: Layout = {
    bits,
    codes,
    order,
    count,
    tables,
    tail: 0,
    tailCount: 0,
    sample: 0,
    sampleCount: 0,
  };
  const shard = new MihShard(memory, layout, threads);
  if (tail > 0) shard.reserve(tail);
  for await (const piece of reader.chunks(`${prefix}.tail`, width)) shard.append(piece);
  return shard;
}
