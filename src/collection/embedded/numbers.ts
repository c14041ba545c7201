/** Whole numbers of 32 bits, in a list that grows at the end. */
export class Numbers {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    this.reserve(1);
    this.#values[this.length++] = value;
  }

  /** `from`, `from + 1` … `count` of them. */
  pushRun(from: number, count: number): void {
    this.reserve(count);
    for (let i = 0; i < count; i++) this.#values[this.length + i] = from + i;
    this.length += count;
  }

  reserve(more: number): void {
    if (this.length + more <= this.#values.length) return;
    const longer = new Uint32Array(Math.max(this.#values.length * 2, this.length + more));
    longer.set(this.#values.subarray(0, this.length));
    this.#values = longer;
  }

  at(i: number): number {
    return this.#values[i]!;
  }

  get bytes(): number {
    return this.#values.byteLength;
  }

  /** Place of the last that is ≤ value, among ascending ones; −1: none. */
  lastUpTo(value: number): number {
    let low = -1;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#values[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
