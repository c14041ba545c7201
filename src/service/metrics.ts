/** What Prometheus reads at /metrics: requests, latency, queues, items, lag of the event loop. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Lanes } from './admission/lanes.ts';
import { OPERATIONS, routeOf } from './api/operations.ts';
import type { Catalog } from './catalog.ts';

/** Seconds: from a search of a small collection to the deadline. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  readonly registry: Registry;
  /** Counts a search that was refused before it came to a route. */
  refused(): void;
}

export function registerMetrics(
  app: FastifyInstance,
  { lanes, catalog }: { lanes: Lanes; catalog: Catalog },
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'unseen_' });
  const requests = new Counter({
    name: 'unseen_requests_total',
    help: 'Requests by route, method and status',
    labelNames: ['route', 'method', 'status'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'unseen_request_seconds',
    help: 'Time from the headers of a request to the end of its answer',
    labelNames: ['route', 'method'] as const,
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: 'unseen_queue_requests',
    help: 'Requests that run or wait, by lane',
    labelNames: ['lane', 'state'] as const,
    registers,
    collect() {
      for (const lane of lanes.all) {
        this.set({ lane: lane.name, state: 'running' }, lane.running);
        this.set({ lane: lane.name, state: 'waiting' }, lane.waiting);
      }
    },
  });
  new Gauge({
    name: 'unseen_collection_items',
    help: 'Items of a collection',
    labelNames: ['collection'] as const,
    registers,
    async collect() {
      this.reset();
      for (const { collection } of catalog.list())
        this.set({ collection: collection.name }, await collection.count());
    },
  });
  app.addHook('onResponse', (request, reply, done) => {
    // By pattern, never by address: ids would make a series each.
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    requests.inc({ route, method, status: reply.statusCode });
    seconds.observe({ route, method }, reply.elapsedTime / 1000);
    done();
  });
  const { method } = OPERATIONS.search;
  const refused = requests.labels({ route: routeOf('search'), method, status: '503' });
  return { registry, refused: () => refused.inc() };
}
