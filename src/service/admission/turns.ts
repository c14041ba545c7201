/**
 * Works begin one by one, and the event loop looks at its sockets and timers between two. A search is done in one go: if
 * it began where its request is read, those behind it would wait in the sockets, where no lane counts and none is refused.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is one's turn, in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#begin);
    });
  }

  readonly #begin = (): void => {
    this.#waiting[0]!();
    // The place is kept until the work had the thread: one that comes meanwhile waits for its own look at the sockets.
    setImmediate(() => {
      this.#waiting.shift();
      if (this.#waiting.length > 0) this.#begin();
    });
  };
}
