/** Disjoint sets of rows, joined pair by pair; the root of a set is its lowest row, so that nothing depends on the order. */
export class UnionFind {
  readonly #parent: Uint32Array;
  readonly #size: Uint32Array;
  /** The rows of a set in a ring: two rings become one when two rows exchange who follows them. */
  readonly #next: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, row) => row);
    this.#size = new Uint32Array(count).fill(1);
    this.#next = this.#parent.slice();
  }

  /** The lowest row of the set that holds `row`. */
  root(row: number): number {
    const parent = this.#parent;
    let at = row;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!; // halves the way for whoever comes next
      at = parent[at]!;
    }
    return at;
  }

  /** Rows in the set that holds `row`. */
  sizeOf(row: number): number {
    return this.#size[this.root(row)]!;
  }

  join(a: number, b: number): void {
    const [low, high] = [this.root(a), this.root(b)].sort((x, y) => x - y) as [number, number];
    if (low === high) return;
    this.#parent[high] = low;
    this.#size[low]! += this.#size[high]!;
    const next = this.#next[low]!;
    this.#next[low] = this.#next[high]!;
    this.#next[high] = next;
  }

  /** Calls `use` with every row of the set that holds `row`. */
  forEach(row: number, use: (member: number) => void): void {
    let member = row;
    do {
      use(member);
      member = this.#next[member]!;
    } while (member !== row);
  }
}
