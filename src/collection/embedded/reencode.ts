/**
 * Moves a collection to the codes of another model. All items are encoded in batches into another generation, while writes
 * go on in the old one; they get higher numbers, and so come last. When none is left, writes wait, who died meanwhile is
 * marked, and one commit puts the new generation in the old one's place.
 */
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { CodePacking } from '../check-items.ts';
import type { Item, ItemCodes, NextModel, ReencodeOptions } from '../contract.ts';
import { encodeIds } from '../ids/encoded-ids.ts';
import { packTexts } from '../payload.ts';
import { bitsSchema, modelSchema } from './head.ts';
import type { Loaded } from './load.ts';
import { deadBitmap } from './numbering.ts';
import { Numbers } from './numbers.ts';
import type { Staging } from './staging.ts';

/** Items that are encoded together. */
const BATCH = 256;
/** After catching up that often, writes wait till the rest is encoded. */
const ROUNDS = 8;

/** What it needs of the writer. */
export interface ReencodeHost {
  state(): Loaded;
  /** Items by their numbers. */
  read(numbers: readonly number[]): Promise<Item[]>;
  /** Runs while no write does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Puts the staged in the place of what is there. */
  adopt(live: number, dead: ReadonlyMap<number, Uint8Array>): Promise<void>;
  /** @throws `COLLECTION_CLOSED` */
  check(): void;
}

export class Reencoding {
  readonly #host: ReencodeHost;
  readonly #staging: Staging;
  readonly #next: NextModel;
  readonly #options: ReencodeOptions;
  /** Number in the old generation of each staged item; ascending. */
  readonly #sources = new Numbers();
  /** Items before it were looked at. */
  #cursor = 0;

  constructor(host: ReencodeHost, staging: Staging, next: NextModel, options: ReencodeOptions) {
    this.#host = host;
    this.#staging = staging;
    this.#next = next;
    this.#options = options;
  }

  async run(): Promise<void> {
    for (let round = 1; ; round++) {
      while (this.#left > 0) await this.#batch();
      const done = await this.#host.alone(async () => {
        if (this.#left > 0 && round < ROUNDS) return false;
        while (this.#left > 0) await this.#batch();
        this.#check();
        await this.#finish();
        return true;
      });
      if (done) return;
    }
  }

  get #left(): number {
    return this.#host.state().head.next - this.#cursor;
  }

  #check(): void {
    this.#host.check();
    throwIfAborted(this.#options.signal, 're-encoding', 'The collection stays as it was.');
  }

  async #batch(): Promise<void> {
    this.#check();
    const { head, memory } = this.#host.state();
    const numbers: number[] = [];
    for (; this.#cursor < head.next && numbers.length < BATCH; this.#cursor++)
      if (memory.live.has(this.#cursor)) numbers.push(this.#cursor);
    await this.#stage(numbers);
    this.#options.onProgress?.({ done: this.#staging.next, total: this.#host.state().memory.live.count });
  }

  async #stage(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const items = await this.#host.read(numbers);
    let codes: readonly ItemCodes[];
    try {
      codes = await this.#next.encode(items);
    } catch (cause) {
      // What was deleted while it was being encoded may have been missed; nobody wants its code.
      const living = numbers.filter((item) => this.#host.state().memory.live.has(item));
      if (living.length < numbers.length) return this.#stage(living);
      throw cause;
    }
    if (codes.length !== items.length)
      throw new UnseenError('COLLECTION_ITEM_INVALID', {
        row: Math.min(codes.length, items.length),
        field: 'codes',
        reason: `must be as many as items, ${items.length}`,
        received: codes.length,
      });
    const packing = new CodePacking(items.length, this.#staging.bits);
    for (const one of codes) packing.add(one);
    const pictures = new Map<number, Uint8Array>();
    for (const [place, { picture }] of items.entries())
      if (picture) pictures.set(place, Buffer.from(picture, 'hex'));
    await this.#staging.add({
      ids: encodeIds(items.map(({ id }) => id)),
      payloads: packTexts(items.map(({ payload }) => JSON.stringify(payload))),
      pictures,
      ...packing.packed,
    });
    for (const item of numbers) this.#sources.push(item);
  }

  async #finish(): Promise<void> {
    const { live } = this.#host.state().memory;
    const { firsts, next } = this.#staging;
    const dead = new Map<number, Uint8Array>();
    for (let i = 0; i < firsts.length; i++) {
      const first = firsts.at(i);
      const end = i + 1 < firsts.length ? firsts.at(i + 1) : next;
      const bitmap = deadBitmap(end - first, (place) => live.has(this.#sources.at(first + place)));
      if (bitmap) dead.set(first, bitmap);
    }
    await this.#host.adopt(live.count, dead);
  }
}

/** @throws `ARGUMENT_INVALID` */
export function checkNextModel({ fingerprint, bits, encode }: NextModel): void {
  const refuse = (name: string, reason: string, received: unknown): UnseenError =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  const model = modelSchema.safeParse(fingerprint);
  if (!model.success) throw refuse('next.fingerprint', model.error.issues[0]!.message, fingerprint);
  const checked = bitsSchema.safeParse(bits);
  if (!checked.success) throw refuse('next.bits', checked.error.issues[0]!.message, bits);
  if (typeof encode !== 'function') throw refuse('next.encode', 'must be a function', typeof encode);
}
