/** Rows that a scan let through for one query, and their order by (distance, row). */
export class Survivors {
  count = 0;
  /** Added to the rows that come next: the row where their shard begins. */
  base = 0;
  #rows = new Uint32Array(256);
  #distances = new Uint16Array(256);

  append(rows: Uint32Array, distances: Uint16Array): void {
    this.#reserve(this.count + rows.length);
    if (this.base === 0) this.#rows.set(rows, this.count);
    else for (let i = 0; i < rows.length; i++) this.#rows[this.count + i] = this.base + rows[i]!;
    this.#distances.set(distances, this.count);
    this.count += rows.length;
  }

  push(row: number, distance: number): void {
    if (this.count === this.#rows.length) this.#reserve(this.count + 1);
    this.#rows[this.count] = this.base + row;
    this.#distances[this.count++] = distance;
  }

  /**
   * The k first by (distance, row); with `ties`, all that are as far as the k-th, too. Survivors arrive in ascending
   * rows, so a counting sort by distance, which is stable, gives that order.
   */
  first(k: number, bits: number, ties = false): { rows: Uint32Array; distances: Uint16Array } {
    const start = new Uint32Array(bits + 2);
    for (let i = 0; i < this.count; i++) start[this.#distances[i]! + 1]!++;
    for (let d = 0; d <= bits; d++) start[d + 1]! += start[d]!;
    let size = Math.min(k, this.count);
    if (ties && size > 0) size = start.find((end) => end >= size)!;
    const rows = new Uint32Array(size);
    const distances = new Uint16Array(size);
    for (let i = 0; i < this.count; i++) {
      const distance = this.#distances[i]!;
      const place = start[distance]!++;
      if (place >= size) continue;
      rows[place] = this.#rows[i]!;
      distances[place] = distance;
    }
    return { rows, distances };
  }

  /** All of them, in the order they came. */
  all(): { rows: Uint32Array; distances: Uint16Array } {
    return { rows: this.#rows.subarray(0, this.count), distances: this.#distances.subarray(0, this.count) };
  }

  #reserve(needed: number): void {
    if (needed <= this.#rows.length) return;
    const capacity = Math.max(needed, 2 * this.#rows.length);
    const rows = new Uint32Array(capacity);
    rows.set(this.#rows.subarray(0, this.count));
    this.#rows = rows;
    const distances = new Uint16Array(capacity);
    distances.set(this.#distances.subarray(0, this.count));
    this.#distances = distances;
  }
}
