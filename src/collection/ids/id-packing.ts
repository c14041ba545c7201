/** Ids of one call, checked and laid out as bytes in one look at each character. */
import { type EncodedIds, hashesOf } from './encoded-ids.ts';

const ID = /^[^\p{Cc}\p{Cs}]{1,512}$/u;
const MOST_CHARACTERS = 512;
/** Of UTF-8: a character of two units takes four. */
const MOST_BYTES = 3 * MOST_CHARACTERS;
/** What most ids take; where they take more, the buffer grows. */
const USUAL_BYTES = 16;

export class IdPacking {
  #bytes: Buffer;
  readonly #lengths: Uint16Array;
  #row = 0;
  #end = 0;

  constructor(ids: number) {
    this.#bytes = Buffer.allocUnsafe(ids * USUAL_BYTES + MOST_BYTES);
    this.#lengths = new Uint16Array(ids);
  }

  /** Whether it is an id: 1 to 512 characters without control characters, well-formed. One that is none ends the packing. */
  add(id: string): boolean {
    if (id.length === 0 || id.length > MOST_CHARACTERS) return false;
    if (this.#end + MOST_BYTES > this.#bytes.length) this.#grow();
    const start = this.#end;
    this.#end = this.#ascii(id) ?? start + this.#other(id, start);
    this.#lengths[this.#row++] = this.#end - start;
    return this.#end > start;
  }

  get packed(): Required<EncodedIds> {
    const ids = { bytes: this.#bytes.subarray(0, this.#end), lengths: this.#lengths };
    return { ...ids, hashes: hashesOf(ids) };
  }

  /** Where it ends. Undefined: it holds more than printable ASCII, which is what most ids are. */
  #ascii(id: string): number | undefined {
    const bytes = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e) return undefined;
      bytes[end++] = unit;
    }
    return end;
  }

  /** Bytes that it takes; 0: it is no id. */
  #other(id: string, at: number): number {
    return ID.test(id) ? this.#bytes.write(id, at, 'utf8') : 0;
  }

  #grow(): void {
    const longer = Buffer.allocUnsafe(2 * this.#bytes.length);
    longer.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = longer;
  }
}
