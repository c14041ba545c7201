/** Calls of a writer, one after the other: writes that wait together become one, other work is done alone. */
import { UnseenError } from '../../errors.ts';
import type { Write } from './numbering.ts';

/** Items, and bytes of pictures, that one write takes together, unless one call brings more. */
const GROUP_ITEMS = 262_144;
const GROUP_PICTURES = 64 * 2 ** 20;

type Work = { readonly kind: 'work'; readonly run: () => Promise<unknown> };
type Waiting = {
  readonly what: Write | Work;
  readonly resolve: (value: never) => void;
  readonly reject: (cause: unknown) => void;
};

export interface QueueHooks {
  /** Answers of the calls; an error is for the call at its place alone. What it throws is for all. */
  readonly write: (group: readonly Write[]) => Promise<readonly (number | UnseenError)[]>;
  /** What callers get, and whether later calls may be tried. */
  readonly failed: (cause: unknown) => { readonly error: unknown; readonly goesOn: boolean };
}

export class WriteQueue {
  readonly #hooks: QueueHooks;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Why nothing is taken any more. */
  #broken: unknown;

  constructor(hooks: QueueHooks) {
    this.#hooks = hooks;
  }

  write(one: Write): Promise<number> {
    return this.#wait(one);
  }

  /** Runs while no write does. */
  alone<T>(run: () => Promise<T>): Promise<T> {
    return this.#wait({ kind: 'work', run });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** What callers get for a failure; the queue may end with it. */
  failed(cause: unknown): unknown {
    if (cause === this.#broken) return cause;
    const { error, goesOn } = this.#hooks.failed(cause);
    if (!goesOn) this.#broken = error;
    return error;
  }

  #wait<T>(what: Write | Work): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ what, resolve: resolve as (value: never) => void, reject });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // calls made in the same turn come into the same write
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        if (this.#broken) throw this.#broken;
        const answers = await this.#answers(group.map(({ what }) => what));
        for (const [i, { resolve, reject }] of group.entries()) {
          if (answers[i] instanceof UnseenError) reject(answers[i]);
          else resolve(answers[i] as never);
        }
      } catch (cause) {
        const error = this.failed(cause);
        for (const { reject } of group) reject(error);
      }
    }
  }

  async #answers(group: readonly (Write | Work)[]): Promise<readonly unknown[]> {
    const first = group[0]!;
    return first.kind === 'work' ? [await first.run()] : this.#hooks.write(group as Write[]);
  }

  #take(): Waiting[] {
    let [count, items, pictures] = [0, 0, 0];
    for (const { what } of this.#waiting) {
      if (what.kind === 'work') break;
      items += what.kind === 'upsert' ? what.items.ids.length : what.ids.length;
      if (what.kind === 'upsert')
        for (const { bytes } of what.items.pictures.values()) pictures += bytes.length;
      if (count > 0 && (items > GROUP_ITEMS || pictures > GROUP_PICTURES)) break;
      count++;
    }
    return this.#waiting.splice(0, Math.max(1, count));
  }
}
