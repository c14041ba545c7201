/** Rows that a scan let through for one query, and their order by (distance, row). */
export class Survivors {
  count = 0;
  #rows = new Uint32Array(256);
  #distances = new Uint16Array(256);

  append(rows: Uint32Array, distances: Uint16Array): void {
    this.#reserve(this.count + rows.length);
    this.#rows.set(rows, this.count);
    this.#distances.set(distances, this.count);
    this.count += rows.length;
  }

  push(row: number, distance: number): void {
    if (this.count === this.#rows.length) this.#reserve(this.count + 1);
    this.#rows[this.count] = row;
    this.#distances[this.count++] = distance;
  }

  /**
   * The k first by (distance, row). Survivors arrive in ascending rows, so a counting sort by distance, which is
   * stable, gives that order.
   */
  first(k: number, bits: number): { rows: Uint32Array; distances: Uint16Array } {
    const start = new Uint32Array(bits + 2);
    for (let i = 0; i < this.count; i++) start[this.#distances[i]! + 1]!++;
    for (let d = 0; d <= bits; d++) start[d + 1]! += start[d]!;
    const size = Math.min(k, this.count);
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
