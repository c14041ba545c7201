/** The table of contents of an index file as text. */
import { MAX_BITS, MIN_BITS } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import type { IndexKind } from '../types.ts';

const KINDS: readonly IndexKind[] = ['linear', 'mih'];
const NAME = /^[a-z][a-z0-9.-]{0,63}$/;

/** What an index says of itself. */
export interface IndexHead {
  readonly kind: IndexKind;
  readonly bits: number;
  /** Rows held, deleted ones included. */
  readonly rows: number;
  /** Further numbers, whole and ≥ 0, by names that the kind knows. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface SectionEntry {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: number;
}

export interface Table {
  readonly head: IndexHead;
  readonly sections: readonly SectionEntry[];
}

/** How an error about a file is made. */
export type Refuse = (where: string, reason: string, received: unknown) => UnseenError;

export const refuser =
  (file: string): Refuse =>
  (where, reason, received) =>
    new UnseenError('INDEX_FILE_INVALID', { file, where, reason, received });

export const hex = (checksum: number): string => checksum.toString(16).padStart(8, '0');

/** The one text of a table: whatever else says the same is refused. */
export function textOf({ head: { kind, bits, rows, facts }, sections }: Table): string {
  const list = sections.map(({ name, offset, bytes, checksum }) => ({
    name,
    offset,
    bytes,
    xxh32: hex(checksum),
  }));
  return JSON.stringify({ kind, bits, rows, facts, sections: list });
}

/** @throws `INDEX_FILE_INVALID` */
export function parseTable(bytes: Uint8Array, refuse: Refuse): Table {
  let text: string;
  let value: Record<string, unknown>;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = Object(JSON.parse(text));
  } catch (cause) {
    throw refuse('table', 'must be JSON', cause instanceof Error ? cause.message : 'something else');
  }
  const whole = (where: string, number: unknown, least = 0, most = Number.MAX_SAFE_INTEGER): number => {
    if (Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most)
      return number as number;
    throw refuse(where, `must be a whole number from ${least} to ${most}`, brief(number));
  };
  const name = (where: string, received: unknown): string => {
    if (typeof received === 'string' && NAME.test(received)) return received;
    throw refuse(where, 'must be lower-case letters, digits, dots and dashes', brief(received));
  };
  const kind = KINDS.find((known) => known === value.kind);
  if (!kind) throw refuse('kind', `must be one of ${KINDS.join(', ')}`, brief(value.kind));
  const bits = whole('bits', value.bits, MIN_BITS, MAX_BITS);
  if (bits % 8 !== 0) throw refuse('bits', 'must be a multiple of 8', bits);
  const rows = whole('rows', value.rows, 0, 2 ** 32 - 1);
  const facts = Object.fromEntries(
    Object.entries(Object(value.facts)).map(([key, fact]) => [name('facts', key), whole(key, fact)]),
  );
  if (!Array.isArray(value.sections)) throw refuse('sections', 'must be a list', brief(value.sections));
  const sections = value.sections.map((entry: unknown, i): SectionEntry => {
    const section: Record<string, unknown> = Object(entry);
    const checksum = String(section.xxh32);
    if (!/^[0-9a-f]{8}$/.test(checksum))
      throw refuse(`section ${i}`, 'must have a checksum', brief(checksum));
    return {
      name: name(`section ${i}`, section.name),
      offset: whole(`section ${i}`, section.offset),
      bytes: whole(`section ${i}`, section.bytes),
      checksum: Number.parseInt(checksum, 16),
    };
  });
  const table: Table = { head: { kind, bits, rows, facts }, sections };
  // Doubled names, other spaces, names that nobody knows: whatever this version would not have written.
  if (textOf(table) !== text) throw refuse('table', 'must be as this version writes it', text);
  return table;
}

/** Values of a table may be anything, of any depth. */
const brief = (value: unknown): unknown => (Object(value) === value ? 'something else' : value);
