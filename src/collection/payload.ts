/**
 * The payload of an item: what the application wants back with a hit, and what filters look at. Plain JSON
 * within limits that every backend keeps, Postgres' `jsonb` among them.
 */
import { UnseenError } from '../errors.ts';
import { describeGiven, isPlainObject, keyFault, memberPlace, textFault } from './given.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Payload = { readonly [key: string]: Json };

/** `bytes` of JSON text in UTF-8; `depth` of objects and arrays, the payload itself is 1; `keys` in all objects together. */
export const PAYLOAD_LIMITS = { bytes: 65_536, depth: 16, keys: 1_000 } as const;

/** JSON texts in UTF-8, a comma behind each. */
export interface PackedPayloads {
  readonly bytes: Uint8Array;
  /** Bytes of each, the comma too. */
  readonly lengths: Uint32Array;
}

/**
 * A copy of what was given, if it is a payload: an object of JSON values with finite numbers, well-formed
 * texts, no key that is empty, `__proto__`, `constructor` or `prototype`, within `PAYLOAD_LIMITS`. Own
 * enumerable keys count, nothing is converted: a Date or `undefined` is refused. -0 becomes 0.
 *
 * @throws `PAYLOAD_INVALID` with the place, the reason and what was received.
 */
export function parsePayload(given: unknown): Payload {
  const packing = new PayloadPacking(1);
  packing.add(given);
  return JSON.parse(packing.text());
}

/** What most payloads take, in bytes; where they take more, the buffer grows. */
const USUAL_BYTES = 64;
const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [BRACKETS, BRACES] = [
  [0x5b, 0x5d],
  [0x7b, 0x7d],
] as const;

/** Payloads of one call, checked and written in one walk: what is kept is what was looked at, and nothing else is made of it. */
export class PayloadPacking {
  #bytes: Buffer;
  readonly #lengths: Uint32Array;
  #row = 0;
  #end = 0;
  /** Of the payload at hand. */
  #start = 0;
  #keys = 0;
  /** Where the walk is; written out only for a refusal. */
  readonly #at: (string | number)[] = [];

  constructor(payloads: number) {
    this.#bytes = Buffer.allocUnsafe(payloads * USUAL_BYTES);
    this.#lengths = new Uint32Array(payloads);
  }

  /** One that is refused ends the packing. @throws as `parsePayload` */
  add(given: unknown): void {
    this.#start = this.#end;
    this.#keys = 0;
    if (!isPlainObject(given)) throw this.#refusal('must be an object', given);
    this.#object(given, 1);
    this.#bytes[this.#end++] = COMMA;
    this.#lengths[this.#row++] = this.#end - this.#start;
  }

  get packed(): PackedPayloads {
    return { bytes: this.#bytes.subarray(0, this.#end), lengths: this.#lengths };
  }

  /** The last one. */
  text(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end - 1);
  }

  #value(given: unknown, depth: number): void {
    if (given === null || typeof given === 'boolean') this.#ascii(`${given}`);
    else if (typeof given === 'string') this.#text(given);
    else if (typeof given === 'number') {
      if (!Number.isFinite(given)) throw this.#refusal('must be a finite number', given);
      this.#ascii(`${given}`);
    } else if (typeof given === 'object' && depth >= PAYLOAD_LIMITS.depth) {
      throw this.#refusal(`is deeper than ${PAYLOAD_LIMITS.depth} objects and arrays`, given);
    } else if (Array.isArray(given)) this.#array(given, depth + 1);
    else if (isPlainObject(given)) this.#object(given, depth + 1);
    else throw this.#refusal('must be a value of JSON', given);
  }

  #array(given: readonly unknown[], depth: number): void {
    this.#unit(BRACKETS[0]);
    for (let i = 0; i < given.length; i++) {
      if (i > 0) this.#unit(COMMA);
      this.#at.push(i);
      this.#value(given[i], depth);
      this.#at.pop();
    }
    this.#unit(BRACKETS[1]);
  }

  #object(given: Readonly<Record<string, unknown>>, depth: number): void {
    this.#unit(BRACES[0]);
    const keys = Object.keys(given);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (++this.#keys > PAYLOAD_LIMITS.keys) throw tooMuch('keys');
      if (i > 0) this.#unit(COMMA);
      this.#at.push(key);
      const fault = keyFault(key);
      if (fault !== undefined) throw this.#refusal(`the key ${fault}`, key);
      this.#text(key);
      this.#unit(COLON);
      this.#value(given[key], depth);
      this.#at.pop();
    }
    this.#unit(BRACES[1]);
  }

  #text(text: string): void {
    this.#room(text.length + 2);
    const bytes = this.#bytes;
    let end = this.#end;
    bytes[end++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      // Printable ASCII with nothing to escape is what most texts are.
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) {
        this.#anyText(text);
        return;
      }
      bytes[end++] = unit;
    }
    bytes[end++] = QUOTE;
    this.#end = end;
  }

  #anyText(text: string): void {
    const fault = textFault(text);
    if (fault !== undefined) throw this.#refusal(fault, text);
    const quoted = JSON.stringify(text);
    this.#room(Buffer.byteLength(quoted));
    this.#end += this.#bytes.write(quoted, this.#end, 'utf8');
  }

  #ascii(text: string): void {
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#end++] = text.charCodeAt(i);
  }

  #unit(unit: number): void {
    this.#room(1);
    this.#bytes[this.#end++] = unit;
  }

  /** For so many bytes more and the comma at the end. */
  #room(more: number): void {
    const end = this.#end + more;
    if (end - this.#start > PAYLOAD_LIMITS.bytes) throw tooMuch('bytes');
    if (end < this.#bytes.length) return;
    const longer = Buffer.allocUnsafe(2 * (end + 1));
    longer.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = longer;
  }

  #refusal(reason: string, received: unknown): UnseenError {
    const where = this.#at.reduce<string>(
      (place, step) => (typeof step === 'number' ? `${place}[${step}]` : memberPlace(place, step)),
      'payload',
    );
    return new UnseenError('PAYLOAD_INVALID', { where, reason, received: describeGiven(received) });
  }
}

/** JSON texts that were checked before. */
export function packTexts(texts: readonly string[]): PackedPayloads {
  const bytes = Buffer.from(texts.map((text) => `${text},`).join(''));
  const lengths = Uint32Array.from(texts, (text) => text.length + 1);
  // Where every character is a byte, lengths need no second look.
  if (lengths.reduce((sum, length) => sum + length, 0) !== bytes.length)
    for (const [i, text] of texts.entries()) lengths[i] = Buffer.byteLength(text) + 1;
  return { bytes, lengths };
}

/** The texts again, without commas. */
export function* textsOf({ bytes, lengths }: PackedPayloads): Generator<string> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  for (const length of lengths) {
    yield all.toString('utf8', start, start + length - 1);
    start += length;
  }
}

const tooMuch = (unit: 'bytes' | 'keys'): UnseenError =>
  new UnseenError('PAYLOAD_INVALID', {
    where: 'payload',
    reason: `must have at most ${PAYLOAD_LIMITS[unit]} ${unit === 'keys' ? 'keys' : 'bytes of JSON'} in all`,
    received: 'more',
  });
