/**
 * Searches that come together and ask alike are one scan: the codes go from memory through the processor once for all of
 * them, which takes most of the time where many are asked at once.
 */
import { throwIfAborted } from '../../errors.ts';
import type { CollectionPage, CollectionQuery } from '../contract.ts';

/** In one scan: it is longer for each of them. */
const MOST = 16;

interface Waiting {
  readonly query: CollectionQuery;
  readonly resolve: (page: CollectionPage) => void;
  readonly reject: (cause: unknown) => void;
}

export interface SearchTurns {
  /** Runs while nothing changes. */
  inTurn(work: () => Promise<void>): Promise<void>;
  /** Pages of queries that differ in their codes only; stops when the signal fires. */
  search(queries: readonly CollectionQuery[], signal: AbortSignal | undefined): Promise<CollectionPage[]>;
}

export class SearchGroups {
  readonly #turns: SearchTurns;
  #waiting: Waiting[] = [];

  constructor(turns: SearchTurns) {
    this.#turns = turns;
  }

  ask(query: CollectionQuery): Promise<CollectionPage> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      if (this.#waiting.length > 1) return;
      this.#turns
        .inTurn(async () => {
          await new Promise<void>((resume) => process.nextTick(resume)); // all that begins now is there
          for (const group of grouped(this.#waiting.splice(0))) await this.#answer(group);
        })
        .catch((cause) => {
          for (const one of this.#waiting.splice(0)) one.reject(cause);
        });
    });
  }

  async #answer(group: readonly Waiting[]): Promise<void> {
    const queries = group.map(({ query }) => query);
    try {
      const pages = await this.#turns.search(queries, allAborted(queries));
      for (const [i, { query, resolve, reject }] of group.entries()) {
        try {
          throwIfAborted(query.signal, 'search');
          resolve(pages[i]!);
        } catch (cause) {
          reject(cause);
        }
      }
    } catch (cause) {
      // By itself each gets what is its own.
      if (group.length > 1) for (const one of group) await this.#answer([one]);
      else group[0]!.reject(cause);
    }
  }
}

function grouped(all: readonly Waiting[]): Waiting[][] {
  const groups: Waiting[][] = [];
  const open = new Map<string, Waiting[]>();
  for (const one of all) {
    const { k, offset, radius, modality, model, code, filter } = one.query;
    const key = [k, offset, radius, modality, model, code?.length].join('/');
    const group = filter ? undefined : open.get(key);
    if (group && group.length < MOST) group.push(one);
    else {
      const fresh = [one];
      groups.push(fresh);
      if (!filter) open.set(key, fresh);
    }
  }
  return groups;
}

/** Fires when nobody waits for an answer any more; undefined where one cannot be called off. */
function allAborted(queries: readonly CollectionQuery[]): AbortSignal | undefined {
  if (queries.length === 1) return queries[0]!.signal;
  const signals = queries.map(({ signal }) => signal);
  if (!signals.every((signal) => signal !== undefined)) return undefined;
  const control = new AbortController();
  const look = (): void => {
    if (signals.every(({ aborted }) => aborted)) control.abort(signals[0]!.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', look, { once: true });
  look();
  return control.signal;
}
