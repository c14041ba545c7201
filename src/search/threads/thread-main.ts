/**
 * What a search thread does. The function is sent as source text, so that neither Node nor a bundler has to find a
 * file: it uses nothing outside itself but what every worker has.
 */

/** One thread's share of a scan: tiles are taken from a common counter until none is left. */
export interface ScanJob {
  readonly op: 'scan';
  readonly job: number;
  /** Which attached memory. */
  readonly key: number;
  readonly arena: number;
  /** Which kernels are fastest, as `calibrate` found. */
  readonly variants: number;
  /** Int32: [next tile, 1 when the search has failed and its answer is not wanted]. */
  readonly control: SharedArrayBuffer;
  readonly tiles: number;
  /** Rows of a tile, a multiple of 64. */
  readonly tileRows: number;
  readonly words: number;
  readonly bits: number;
  readonly live: number;
  readonly segments: readonly { readonly address: number; readonly first: number; readonly count: number }[];
  /** Addresses of the open queries' slots in this thread's arena. */
  readonly slots: readonly number[];
  readonly queryOffset: number;
  readonly survivorRows: number;
  readonly survivorDistances: number;
}

/** What came through in one tile for one slot, in ascending order of rows. */
export interface TileSurvivors {
  readonly tile: number;
  readonly slot: number;
  readonly rows: Uint32Array;
  readonly distances: Uint16Array;
}

/** One thread's share of a batch of queries to a multi-index: they are taken from a common counter, one by one. */
export interface FindJob {
  readonly op: 'find';
  readonly job: number;
  readonly key: number;
  readonly arena: number;
  /** Address of this thread's state; where the query's words and the hits lie in it, in bytes. */
  readonly state: number;
  readonly queryOffset: number;
  readonly keysOffset: number;
  readonly workOffset: number;
  /** Address of the tables' description, and of the bitmap of live rows. */
  readonly index: number;
  readonly live: number;
  /** Int32: [next query, 1 when the search has failed and its answer is not wanted]. */
  readonly control: SharedArrayBuffer;
  readonly queries: number;
  /** First fields of the state, `[queries, fields]`. */
  readonly heads: Uint32Array;
  /** Words of the queries, padded, `[queries, bytes]`. */
  readonly codes: Uint8Array;
}

/** Hits of one query by (distance, row): `[row, distance, row, distance, …]`. */
export interface QueryHits {
  readonly query: number;
  readonly keys: Uint32Array;
  readonly compared: number;
  readonly probed: number;
  readonly scanned: boolean;
}

export interface FindReply {
  readonly job: number;
  readonly hits: readonly QueryHits[];
}

export interface ScanReply {
  readonly job: number;
  readonly found: readonly TileSurvivors[];
  readonly compared: number;
}

export type ThreadRequest =
  | {
      readonly op: 'attach';
      readonly key: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | { readonly op: 'detach'; readonly key: number }
  | ScanJob
  | FindJob;

export type ThreadReply =
  | ScanReply
  | FindReply
  | { readonly ready: true }
  | { readonly job: number; readonly error: string };

export function threadMain(
  reply: (message: ThreadReply, transfer: ArrayBuffer[]) => void,
  onMessage: (listener: (message: ThreadRequest) => void) => void,
): void {
  interface Attached {
    readonly memory: WebAssembly.Memory;
    readonly kernel: {
      bind(arena: number): void;
      setVariant(variants: number): void;
      scan(...values: number[]): number;
      openFind(index: number, state: number): void;
      find(index: number, state: number, live: number): number;
    };
  }
  const attached = new Map<number, Attached>();

  const scan = (job: ScanJob): void => {
    const { memory, kernel } = attached.get(job.key)!;
    const control = new Int32Array(job.control);
    const u32 = new Uint32Array(memory.buffer);
    const found: TileSurvivors[] = [];
    const transfer: ArrayBuffer[] = [];
    let compared = 0;
    kernel.bind(job.arena);
    kernel.setVariant(job.variants);
    for (;;) {
      const tile = Atomics.add(control, 0, 1);
      if (tile >= job.tiles || Atomics.load(control, 1) === 1) break;
      const from = tile * job.tileRows;
      for (let i = 0; i < job.slots.length; i++) {
        const slot = job.slots[i]!;
        if (u32[slot / 4] === 0) continue; // SLOT_LIMIT: nothing can come in any more
        for (const { address, first, count } of job.segments) {
          const end = Math.min(from + job.tileRows, first + count);
          const base = (address - first * job.words * 8) | 0;
          for (let row = Math.max(from, first); row < end; ) {
            const next =
              kernel.scan(base, job.words, job.bits, slot, slot + job.queryOffset, row, end, job.live, 0) >>>
              0;
            compared += next - row;
            row = next;
            const survived = u32[slot / 4 + 3]!; // SLOT_FOUND
            if (survived === 0) continue;
            const rows = new Uint32Array(memory.buffer, job.arena + job.survivorRows, survived).slice();
            const distances = new Uint16Array(
              memory.buffer,
              job.arena + job.survivorDistances,
              survived,
            ).slice();
            found.push({ tile, slot: i, rows, distances });
            transfer.push(rows.buffer, distances.buffer);
          }
        }
      }
    }
    reply({ job: job.job, found, compared }, transfer);
  };

  const find = (job: FindJob): void => {
    const { memory, kernel } = attached.get(job.key)!;
    const control = new Int32Array(job.control);
    const u8 = new Uint8Array(memory.buffer);
    const u32 = new Uint32Array(memory.buffer);
    const fields = job.heads.length / job.queries;
    const width = job.codes.length / job.queries;
    const hits: QueryHits[] = [];
    kernel.bind(job.arena);
    for (;;) {
      const query = Atomics.add(control, 0, 1);
      if (query >= job.queries) break;
      u32.set(job.heads.subarray(query * fields, (query + 1) * fields), job.state / 4);
      u8.set(job.codes.subarray(query * width, (query + 1) * width), job.state + job.queryOffset);
      kernel.openFind(job.index, job.state);
      while (kernel.find(job.index, job.state, job.live) === 1 && Atomics.load(control, 1) === 0);
      if (Atomics.load(control, 1) === 1) break;
      const keys = (job.state + job.keysOffset) / 4;
      const [compared, probed] = new Float64Array(memory.buffer, job.state + job.workOffset, 2);
      hits.push({
        query,
        keys: u32.slice(keys, keys + 2 * u32[job.state / 4 + 4]!), // FIND_FOUND
        compared: compared!,
        probed: probed!,
        scanned: u32[job.state / 4 + 5] === 1, // FIND_SCANNED
      });
    }
    reply({ job: job.job, hits }, []);
  };

  onMessage((message) => {
    if (message.op === 'attach') {
      const { key, module, memory } = message;
      const kernel = new WebAssembly.Instance(module, { env: { memory } })
        .exports as unknown as Attached['kernel'];
      attached.set(key, { memory, kernel });
    } else if (message.op === 'detach') {
      attached.delete(message.key);
    } else {
      try {
        if (message.op === 'scan') scan(message);
        else find(message);
      } catch (error) {
        reply({ job: message.job, error: String(error) }, []);
      }
    }
  });
  reply({ ready: true }, []);
}
