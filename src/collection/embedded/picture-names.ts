/** Which pictures are named, by the first eight bytes of their SHA-256: who is taken for another is only kept longer. */

export class PictureNames {
  /** Open addressing with linear probing, two words an entry; both 0: free. */
  #slots = new Uint32Array(2048);
  #used = 0;

  add(hash: Uint8Array): void {
    const [a, b] = words(hash);
    const slot = this.#slotOf(a, b);
    if (this.#slots[slot] !== 0 || this.#slots[slot + 1] !== 0) return;
    this.#slots[slot] = a;
    this.#slots[slot + 1] = b;
    if (++this.#used * 4 > this.#slots.length) this.#grow();
  }

  has(hash: Uint8Array): boolean {
    const [a, b] = words(hash);
    const slot = this.#slotOf(a, b);
    return this.#slots[slot] === a && this.#slots[slot + 1] === b;
  }

  /** Where it is, or where it would be. */
  #slotOf(a: number, b: number): number {
    const mask = this.#slots.length / 2 - 1;
    for (let i = a & mask; ; i = (i + 1) & mask) {
      const [first, second] = [this.#slots[2 * i]!, this.#slots[2 * i + 1]!];
      if ((first === a && second === b) || (first === 0 && second === 0)) return 2 * i;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0 && old[i + 1] === 0) continue;
      const slot = this.#slotOf(old[i]!, old[i + 1]!);
      this.#slots[slot] = old[i]!;
      this.#slots[slot + 1] = old[i + 1]!;
    }
  }
}

/** Never both 0. */
function words(hash: Uint8Array): [number, number] {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.length);
  const [a, b] = [view.getUint32(0, true), view.getUint32(4, true)];
  return [a, a === 0 && b === 0 ? 1 : b];
}
