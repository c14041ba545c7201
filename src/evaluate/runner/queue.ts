/**
 * Which cell is next, and how long the rest will take. Seed by seed; within a seed the longest first, as soon as runs of
 * the kind have been timed, so that the processes finish a comparison together.
 */
import type { Cell } from './cell.ts';

type Kind = Pick<Cell, 'method' | 'bits'>;
const kindOf = ({ method, bits }: Kind): string => `${method}\n${bits}`;

export class CellQueue {
  readonly #waiting: Cell[];
  readonly #longestFirst: boolean;
  /** What `remaining` said, until something changes: it is asked at every step of a training. */
  #remaining: number | undefined;
  /** Seconds of one run, by kind. */
  readonly #seconds = new Map<string, number[]>();

  constructor(cells: readonly Cell[], { longestFirst }: { readonly longestFirst: boolean }) {
    this.#waiting = [...cells];
    this.#longestFirst = longestFirst;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** How long a run of this kind took. */
  note(kind: Kind, seconds: number): void {
    const key = kindOf(kind);
    this.#remaining = undefined;
    this.#seconds.set(key, [...(this.#seconds.get(key) ?? []), seconds]);
  }

  take(): Cell | undefined {
    const first = this.#waiting[0];
    if (!first) return undefined;
    this.#remaining = undefined;
    let best = 0;
    // Kinds that nobody has timed come in the plan's order, before all others.
    const rank = (cell: Cell): number => this.#own(cell) ?? Number.POSITIVE_INFINITY;
    for (let i = 1; this.#longestFirst && this.#waiting[i]?.seed === first.seed; i++)
      if (rank(this.#waiting[i]!) > rank(this.#waiting[best]!)) best = i;
    return this.#waiting.splice(best, 1)[0];
  }

  /** Puts one back that nobody began, to be the next. */
  return(cell: Cell): void {
    this.#remaining = undefined;
    this.#waiting.unshift(cell);
  }

  /** Takes all that are left. */
  drain(): Cell[] {
    return this.#waiting.splice(0);
  }

  /** Of one run: the mean of its kind, or of all kinds; undefined before any run was timed. */
  expected(kind: Kind): number | undefined {
    if (this.#seconds.size === 0) return undefined;
    return this.#own(kind) ?? mean([...this.#seconds.values()].map(mean));
  }

  /** Seconds of work, for one process, of the cells that wait. */
  remaining(): number | undefined {
    if (this.#seconds.size === 0) return undefined;
    this.#remaining ??= this.#waiting.reduce((sum, cell) => sum + this.expected(cell)!, 0);
    return this.#remaining;
  }

  #own(kind: Kind): number | undefined {
    const seconds = this.#seconds.get(kindOf(kind));
    return seconds && mean(seconds);
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
