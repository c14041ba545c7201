/**
 * Works begin after a look at the sockets, those that wait all together. A search is done in one go: if it began where its
 * request is read, those behind it would wait in the sockets, where no lane counts, none is refused, and none is part of a
 * scan that answers several. Lanes bound how many there are.
 */
export class Turns {
  #waiting: (() => void)[] = [];

  /** Resolves when it is one's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#begin);
    });
  }

  readonly #begin = (): void => {
    const all = this.#waiting;
    this.#waiting = [];
    for (const begin of all) begin();
  };
}
