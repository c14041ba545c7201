/** Requests at a rate, or as many as are answered. */
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { GREETING } from './requests.ts';
import { Tally } from './tally.ts';

/** What is sent: a new request at every call. */
export type Requests = () => Uint8Array;

export interface Load {
  readonly port: number;
  readonly requests: Requests;
  readonly connections: number;
  readonly seconds: number;
}

/** Milliseconds in which both sides are done with opening and closing connections. */
const SETTLE = 200;

/** Clients keep their connections: taking them in, one in a turn of the service's loop, is not what is measured. */
async function opened({ port, connections }: Load): Promise<Connection[]> {
  const all = Array.from({ length: connections }, () => new Connection(port));
  await Promise.all(all.map((connection) => connection.send(GREETING)));
  await wait(SETTLE);
  return all;
}

/** Every connection asks again as soon as it is answered: how much the service can do. */
export async function closedLoop(load: Load): Promise<Tally> {
  const { port, requests, seconds } = load;
  const tally = new Tally();
  const all = await opened(load);
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    all.map(async (first) => {
      let connection = first;
      while (performance.now() < end) {
        if (!connection.alive) connection = new Connection(port);
        const due = performance.now();
        tally.add(await connection.send(requests()), performance.now() - due);
      }
      connection.close();
    }),
  );
  tally.end((performance.now() - start) / 1000);
  return tally;
}

/** Requests come at a rate whether the earlier ones are answered or not, as those of many people do. */
export async function openLoop({ rate, ...load }: Load & { readonly rate: number }): Promise<Tally> {
  const { port, requests, seconds } = load;
  const tally = new Tally();
  const free = await opened(load);
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
      tally.add(status, performance.now() - due);
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
  waiting.length = 0;
  await Promise.all(under);
  tally.end((performance.now() - start) / 1000, total);
  for (const connection of all) connection.close();
  return tally;
}
