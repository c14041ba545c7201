/**
 * A stream of raw items → a collection: read, encoded and written batch after batch, several encoded at once, in the order of
 * the source. Done means durable. The same call again passes over what is there, so that a stopped one is simply repeated.
 */
import type { Collection, NewItem } from '../collection/index.ts';
import { UnseenError } from '../errors.ts';
import { Contents } from './contents.ts';
import type {
  EncodeItemsOptions,
  Encoder,
  ItemResult,
  ItemSource,
  Outcome,
  RawItem,
  SourceItem,
} from './item.ts';
import { type Planned, Planner } from './plan.ts';
import { type IngestProgress, RateMeter } from './rate.ts';

/** Bytes of pictures after which a batch is full, whatever its number of items: bounds memory for large photographs. */
const BATCH_BYTES = 16 * 2 ** 20;

export interface IngestOptions extends EncodeItemsOptions {
  /** Items that are encoded and written together, 1 … 10,000. Default: 64. */
  readonly batch?: number;
  /** What becomes of an item whose content another has: `skip` (default), or `keep`, added all the same. */
  readonly duplicates?: 'skip' | 'keep';
  /** Of this collection, where many calls share it. Default: read at the start, unless duplicates are kept. */
  readonly contents?: Contents;
  /** Ends the work early; what is durable stays, and the report says so. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Of a batch, in the order of the source, after it is durable. */
  readonly onResults?: (results: readonly ItemResult[]) => void;
}

export interface FailureReport {
  readonly where: string;
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

export interface IngestReport {
  added: number;
  unchanged: number;
  duplicates: number;
  readonly failed: FailureReport[];
  /** Stopped by the signal. */
  aborted: boolean;
}

const MOST_BATCH = 10_000;

interface UnderWay {
  readonly planned: readonly Planned[];
  readonly outcomes: Promise<Outcome[]>;
}

/**
 * @throws `COLLECTION_OTHER_MODEL`, `MODEL_NEEDS_FEATURES`, `ENCODER_CRASHED`, `COLLECTION_WRITE_FAILED`, what the source
 *   throws: what was reported as done before is durable all the same
 */
export async function ingest(
  collection: Collection,
  encoder: Encoder,
  source: ItemSource,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const { batch = 64, signal } = options;
  if (!Number.isInteger(batch) || batch < 1 || batch > MOST_BATCH) {
    const reason = `must be a whole number from 1 to ${MOST_BATCH}`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'batch', reason, received: batch });
  }
  if (collection.model !== encoder.fingerprint) {
    throw new UnseenError('COLLECTION_OTHER_MODEL', {
      name: collection.name,
      expected: collection.model.slice(0, 12),
      received: encoder.fingerprint.slice(0, 12),
    });
  }
  const run = new Run(collection, encoder, source, options);
  try {
    await run.go(batch);
  } catch (error) {
    if (!signal?.aborted || !(error instanceof UnseenError) || error.code !== 'ABORTED') throw error;
    run.report.aborted = true;
  }
  return run.report;
}

class Run {
  readonly report: IngestReport = { added: 0, unchanged: 0, duplicates: 0, failed: [], aborted: false };
  readonly #collection: Collection;
  readonly #encoder: Encoder;
  readonly #source: ItemSource;
  readonly #options: IngestOptions;
  readonly #encoding: EncodeItemsOptions;
  readonly #rate: RateMeter;
  #done = 0;

  constructor(collection: Collection, encoder: Encoder, source: ItemSource, options: IngestOptions) {
    this.#collection = collection;
    this.#encoder = encoder;
    this.#source = source;
    this.#options = options;
    const { keep, modality, signal } = options;
    this.#encoding = { ...(keep && { keep }), ...(modality && { modality }), ...(signal && { signal }) };
    this.#rate = new RateMeter(source.total);
  }

  async go(batch: number): Promise<void> {
    const { duplicates = 'skip', signal } = this.#options;
    const contents =
      duplicates === 'keep'
        ? undefined
        : (this.#options.contents ?? (await Contents.of(this.#collection, signal)));
    const planner = new Planner(this.#collection, this.#encoder, this.#encoding, contents);
    const underWay: UnderWay[] = [];
    // Pulled only while there is room: a slow encoder or disk makes the source wait, not memory grow.
    for await (const items of batches(this.#source, batch)) {
      if (signal?.aborted) break;
      const planned = await planner.plan(items);
      const outcomes = this.#encode(planned);
      underWay.push({ planned, outcomes });
      if (underWay.length >= this.#encoder.atOnce) await this.#write(underWay.shift()!, planner);
    }
    for (const one of underWay) {
      if (signal?.aborted) break;
      await this.#write(one, planner);
    }
    this.report.aborted = signal?.aborted ?? false;
  }

  #encode(planned: readonly Planned[]): Promise<Outcome[]> {
    const items = planned.flatMap(({ encode }) => encode ?? []);
    const outcomes = items.length > 0 ? this.#encoder.encode(items, this.#encoding) : Promise.resolve([]);
    outcomes.catch(() => undefined); // whoever writes the batch meets it; until then nobody waits for it
    return outcomes;
  }

  async #write({ planned, outcomes }: UnderWay, planner: Planner): Promise<void> {
    const encoded = (await outcomes)[Symbol.iterator]();
    const ready: NewItem[] = [];
    const results = planned.map((one): ItemResult | undefined => {
      if (!one.encode) return one.result;
      const outcome = encoded.next().value as Outcome;
      return resultOf(one.encode, outcome, ready);
    });
    await this.#upsert(ready);
    planned.forEach((one, i) => {
      if (one.encode) planner.settle(one, results[i]!.status === 'added');
    });
    // What looked like a duplicate of an item that then failed is an item of its own.
    for (const [i, one] of planned.entries()) results[i] ??= await this.#writeAlone(one, planner);
    this.#count(results as ItemResult[]);
  }

  async #writeAlone(one: Planned, planner: Planner): Promise<ItemResult> {
    const [again] = await planner.plan([one.raw!], true);
    if (again!.result) return again!.result;
    const [outcome] = await this.#encode([again!]);
    const ready: NewItem[] = [];
    const result = resultOf(one.raw!, outcome!, ready);
    await this.#upsert(ready);
    planner.settle(again!, result.status === 'added');
    return result;
  }

  async #upsert(items: readonly NewItem[]): Promise<void> {
    if (items.length > 0) await this.#collection.upsert(items, { model: this.#encoder.fingerprint });
  }

  #count(results: readonly ItemResult[]): void {
    const { report } = this;
    for (const { status, id, where, error } of results) {
      if (status === 'added') report.added++;
      else if (status === 'unchanged') report.unchanged++;
      else if (status === 'duplicate') report.duplicates++;
      else report.failed.push({ where: where ?? id, id, code: error!.code, message: error!.message });
    }
    this.#done += results.length;
    this.#options.onResults?.(results);
    this.#options.onProgress?.(this.#rate.at(this.#done));
  }
}

function resultOf({ id, where }: RawItem, outcome: Outcome, ready: NewItem[]): ItemResult {
  if (outcome.status === 'failed') return outcome;
  ready.push(outcome.item);
  return { id, ...(where !== undefined && { where }), status: 'added' };
}

async function* batches(source: AsyncIterable<SourceItem>, most: number): AsyncGenerator<SourceItem[]> {
  let held: SourceItem[] = [];
  let bytes = 0;
  for await (const item of source) {
    held.push(item);
    bytes += ('picture' in item && item.picture?.length) || 0;
    if (held.length < most && bytes < BATCH_BYTES) continue;
    yield held;
    held = [];
    bytes = 0;
  }
  if (held.length > 0) yield held;
}
