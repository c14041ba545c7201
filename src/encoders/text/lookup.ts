/** Tokens → columns of the vocabulary and rows of the word vectors. */
import { parts, place } from './forms.ts';
import { MAX_TERM_LENGTH } from './vocabulary.ts';

/** Where a token counts; both empty: the token is unknown. */
export interface Found {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** Tokens that come again are looked up once; above this many the memory is given back. */
const MOST_REMEMBERED = 1 << 16;

const numbered = (words: readonly string[]): ReadonlyMap<string, number> =>
  new Map(words.map((word, i) => [word, i]));

export class Lookup {
  readonly #columns: ReadonlyMap<string, number>;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #remembered = new Map<string, Found>();

  constructor(terms: readonly string[], words: readonly string[]) {
    this.#columns = numbered(terms);
    this.#rows = numbered(words);
  }

  find(token: string): Found {
    const remembered = this.#remembered.get(token);
    if (remembered) return remembered;
    const split = parts(token);
    const places = (table: ReadonlyMap<string, number>): number[] =>
      split.map((part) => place(table, part)).filter((at) => at >= 0);
    // A table of word vectors may know a joined word as it is: an `x-ray` is no ray.
    const whole = this.#rows.get(token);
    const found = {
      columns: places(this.#columns),
      rows: whole === undefined ? places(this.#rows) : [whole],
    };
    // No word is longer, and what a stranger sends must not stay.
    if (token.length <= MAX_TERM_LENGTH) {
      if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(token, found);
    }
    return found;
  }
}
