/** Labels of one modality: one class an item, several, or none. */
export class Labels {
  readonly rows: number;
  readonly classCount: number;
  /** `offsets[i] … offsets[i+1]` are the places of row i's classes in `classes` (compressed rows). */
  readonly #offsets: Int32Array;
  readonly #classes: Int32Array;

  private constructor(rows: number, classCount: number, offsets: Int32Array, classes: Int32Array) {
    this.rows = rows;
    this.classCount = classCount;
    this.#offsets = offsets;
    this.#classes = classes;
  }

  /** From class lists, one a row; an empty list is an unlabelled row. Range checks are the readers' duty. */
  static fromLists(lists: ArrayLike<readonly number[]>, classCount: number): Labels {
    const offsets = new Int32Array(lists.length + 1);
    for (let i = 0; i < lists.length; i++) offsets[i + 1] = offsets[i]! + lists[i]!.length;
    const classes = new Int32Array(offsets[lists.length]!);
    for (let i = 0; i < lists.length; i++) classes.set(lists[i]!, offsets[i]!);
    return new Labels(lists.length, classCount, offsets, classes);
  }

  /** From one class index a row; −1 is an unlabelled row. */
  static fromIndexes(indexes: ArrayLike<number>, classCount: number): Labels {
    return Labels.fromLists(
      Array.from(indexes, (label) => (label < 0 ? [] : [label])),
      classCount,
    );
  }

  /** The classes of a row, ascending; empty when unlabelled. */
  of(row: number): Int32Array {
    return this.#classes.subarray(this.#offsets[row], this.#offsets[row + 1]);
  }

  /** Whether any row is labelled. */
  some(): boolean {
    return this.#classes.length > 0;
  }

  /** The first class of a row, or −1 when unlabelled. */
  first(row: number): number {
    return this.#offsets[row] === this.#offsets[row + 1] ? -1 : this.#classes[this.#offsets[row]!]!;
  }
}
