/**
 * Builds a shard by counting sort, without a second copy of the codes: they come in pieces through a staging area,
 * once to be counted and once to be put in their places. The further tables are then made from the codes in place.
 */
import { KernelMemory } from '../kernels/memory.ts';
import type { Costs } from './costs.ts';
import { type Layout, type Table, tableAddress } from './description.ts';
import { ENTRY_BYTES, type Substring } from './plan.ts';
import { MihShard } from './shard.ts';

/** Consecutive codes of what a shard is built from. */
export interface Piece {
  /** Packed, or as rows of whole 64-bit words. */
  readonly codes: Uint8Array;
  readonly packed: boolean;
  readonly count: number;
  /** Their rows; default: consecutive ones from `first` on. */
  readonly rows?: Uint32Array;
  readonly first: number;
}

export interface Source {
  readonly bits: number;
  readonly count: number;
  /** The same pieces every time. Codes of equal substring 0 come in ascending order of rows. */
  pieces(): Iterable<Piece>;
}

/** Bytes of the staging area: it stays in the L2 cache. */
const STAGING_BYTES = 256 * 1024;

/** With at least one substring. @throws `INDEX_TOO_LARGE` */
export function buildShard(
  source: Source,
  substrings: readonly Substring[],
  threads: number,
  costs?: Partial<Costs>,
): MihShard {
  const { bits, count } = source;
  const memory = new KernelMemory();
  const { kernel } = memory;
  const words = Math.ceil(bits / 64);
  const rowBytes = 8 * words;
  const pieceRows = Math.floor(STAGING_BYTES / rowBytes);
  const staging = memory.allocate(STAGING_BYTES + 8); // substrings are read up to 3 bytes behind a code
  const stagedRows = memory.allocate(4 * pieceRows);
  const first = substrings[0]!;
  const firstMask = 2 ** first.width - 1;
  const starts = memory.allocate(4 * (2 ** first.width + 2));
  const codes = memory.allocate(count * rowBytes + 8);
  const order = memory.allocate(4 * count);

  for (const { count: size } of stage(source, memory, staging, 0)) {
    kernel.countBuckets(staging, words, size, first.offset, firstMask, starts);
  }
  kernel.sumBuckets(starts, 2 ** first.width);
  for (const { count: size, rows, first: row } of stage(source, memory, staging, stagedRows)) {
    const given = rows ? stagedRows : 0;
    kernel.placeCodes(staging, words, size, row, given, first.offset, firstMask, starts, codes, order);
  }
  const further = substrings.slice(1).map((substring): Table => {
    const table = memory.allocate(4 * (2 ** substring.width + 2));
    const entries = memory.allocate(ENTRY_BYTES * count + 8); // read in words
    return { ...substring, starts: table, entries, heads: 0, next: 0 };
  });
  const tables = [{ ...first, starts, entries: 0, heads: 0, next: 0 }, ...further];
  const shard = new MihShard(memory, { ...emptyLayout(bits), codes, order, count, tables }, threads, costs);
  const { index } = shard.job;
  for (let t = 1; t < tables.length; t++) kernel.enterCodes(index, tableAddress(index, t));
  return shard;
}

/** A shard without tables. */
export function plainShard(bits: number, threads: number, costs?: Partial<Costs>): MihShard {
  return new MihShard(new KernelMemory(), emptyLayout(bits), threads, costs);
}

function emptyLayout(bits: number): Layout {
  return { bits, codes: 0, order: 0, count: 0, tables: [], tail: 0, tailCount: 0, sample: 0, sampleCount: 0 };
}

/** Copies piece by piece to the staging area; `rows`: where their rows go, or 0. */
function* stage({ bits, pieces }: Source, memory: KernelMemory, at: number, rows: number): Iterable<Piece> {
  const rowBytes = 8 * Math.ceil(bits / 64);
  const pieceRows = Math.floor(STAGING_BYTES / rowBytes);
  for (const piece of pieces()) {
    const width = piece.packed ? bits / 8 : rowBytes;
    for (let from = 0; from < piece.count; from += pieceRows) {
      const to = Math.min(from + pieceRows, piece.count);
      memory.writeRows(piece.codes.subarray(from * width, to * width), width, at, rowBytes);
      const part = { codes: piece.codes, packed: piece.packed, count: to - from, first: piece.first + from };
      if (!piece.rows) {
        yield part;
        continue;
      }
      const own = piece.rows.subarray(from, to);
      if (rows > 0) memory.u32.set(own, rows / 4);
      yield { ...part, rows: own };
    }
  }
}

/** Packed codes `[n, bits/8]` as rows 0, 1, …. */
export function packedSource(bits: number, packed: Uint8Array): Source {
  const count = packed.length / (bits / 8);
  return { bits, count, pieces: () => [{ codes: packed, packed: true, count, first: 0 }] };
}

/** What a shard holds, then packed codes behind it. */
export function shardSource(shard: MihShard, packed: Uint8Array): Source {
  const { bits, rowBytes, layout, memory } = shard;
  const more = packed.length / (bits / 8);
  const views = (): Piece[] => {
    const { codes, order, count, tail, tailCount } = layout;
    const at = (address: number, rows: number) => memory.u8.subarray(address, address + rows * rowBytes);
    return [
      {
        codes: at(codes, count),
        packed: false,
        count,
        first: 0,
        rows: memory.u32.subarray(order / 4, order / 4 + count),
      },
      { codes: at(tail, tailCount), packed: false, count: tailCount, first: count },
      { codes: packed, packed: true, count: more, first: count + tailCount },
    ];
  };
  return { bits, count: shard.count + more, pieces: views };
}
