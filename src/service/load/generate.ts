/** Requests at a rate, or as many as are answered: counts by status, and latencies of those that succeeded. */
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { Latencies, type LatencySummary } from './latencies.ts';

/** What is sent: a new request at every call. */
export type Requests = () => Uint8Array;

export interface Outcome {
  readonly seconds: number;
  /** Answered with 2xx, a second. */
  readonly goodput: number;
  /** How many requests got which status; 0: the connection ended. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of 2xx, from the moment a request was due: waiting for a free connection counts. */
  readonly latency: LatencySummary;
}

class Tally {
  readonly #statuses: Record<string, number> = {};
  readonly #latencies = new Latencies();
  readonly #start = performance.now();
  #good = 0;

  add(status: number, due: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status < 200 || status > 299) return;
    this.#good++;
    this.#latencies.add(performance.now() - due);
  }

  outcome(): Outcome {
    const seconds = (performance.now() - this.#start) / 1000;
    const latency = this.#latencies.summary();
    return { seconds, goodput: this.#good / seconds, statuses: this.#statuses, latency };
  }
}

export interface Load {
  readonly port: number;
  readonly requests: Requests;
  readonly connections: number;
  readonly seconds: number;
}

/** Every connection asks again as soon as it is answered: how much the service can do. */
export async function closedLoop({ port, requests, connections, seconds }: Load): Promise<Outcome> {
  const tally = new Tally();
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let connection = new Connection(port);
      while (performance.now() < end) {
        if (!connection.alive) connection = new Connection(port);
        const due = performance.now();
        tally.add(await connection.send(requests()), due);
      }
      connection.close();
    }),
  );
  return tally.outcome();
}

/** Requests come at a rate whether the earlier ones are answered or not, as those of many people do. */
export async function openLoop({ rate, ...load }: Load & { readonly rate: number }): Promise<Outcome> {
  const { port, requests, connections, seconds } = load;
  const tally = new Tally();
  const free: Connection[] = Array.from({ length: connections }, () => new Connection(port));
  const all = new Set(free);
  /** Moments at which requests were due that found no free connection. */
  const waiting: number[] = [];
  const under = new Set<Promise<void>>();
  const fresh = (dead: Connection): Connection => {
    all.delete(dead);
    const connection = new Connection(port);
    all.add(connection);
    return connection;
  };
  const send = (connection: Connection, due: number): void => {
    const done = connection.send(requests()).then((status) => {
      tally.add(status, due);
      under.delete(done);
      const next = connection.alive ? connection : fresh(connection);
      const waited = waiting.shift();
      if (waited === undefined) free.push(next);
      else send(next, waited);
    });
    under.add(done);
  };
  const start = performance.now();
  const total = Math.floor(rate * seconds);
  for (let sent = 0; sent < total; ) {
    const due = start + (sent * 1000) / rate;
    if (performance.now() < due) {
      await wait(1);
      continue;
    }
    const connection = free.pop();
    if (connection) send(connection.alive ? connection : fresh(connection), due);
    else waiting.push(due);
    sent++;
  }
  const outcome = tally.outcome();
  waiting.length = 0;
  await Promise.all(under);
  for (const connection of all) connection.close();
  return outcome;
}
