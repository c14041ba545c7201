/** What `unseen serve` serves, opened: collections, models with their threads, tokens; closed together. */
import { unwatchFile, watchFile } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { UnseenError } from '../errors.ts';
import type { EncoderPool } from '../ingest/index.ts';
import type { ServedCollection, ServedModel, Service, TokenEntry } from '../service/index.ts';
import { isPostgres, openCollectionAt } from './collection/open.ts';

export interface ServeOptions {
  readonly collection?: readonly string[];
  readonly model?: readonly string[];
  readonly root?: string;
  readonly host: string;
  readonly port: number;
  readonly tokens?: string;
  readonly report?: string;
  readonly threads: number;
  readonly workers: number;
  readonly log?: string;
}

export interface OpenedService {
  readonly service: Service;
  /** Names of those that were named; there may be others below the root. */
  readonly collections: readonly string[];
  /** Fingerprints. */
  readonly models: readonly string[];
  close(): Promise<void>;
}

/** @throws `ARGUMENT_INVALID` without anything to serve; what opening collections, models and tokens throws */
export async function openServed(options: ServeOptions): Promise<OpenedService> {
  const { collection: targets = [], model: folders = [], root, report, threads, workers } = options;
  if (targets.length === 0 && root === undefined) {
    const reason = 'give --collection, or --root';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'collection', reason, received: 'neither' });
  }
  const { builtPage, createService, readTokens } = await import('../service/index.ts');
  const tokens = options.tokens === undefined ? undefined : await readTokens(options.tokens);
  const logger = await openLog(options.log);
  const pools: EncoderPool[] = [];
  const models: ServedModel[] = [];
  const collections: ServedCollection[] = [];
  try {
    for (const folder of [...folders, ...(await modelsBelow(root))])
      models.push(await openModel(folder, workers, pools));
    for (const target of targets) {
      const collection = await openCollectionAt(target, { threads });
      collections.push({ collection, backend: isPostgres(target) ? 'postgres' : 'embedded' });
    }
    const service = await createService({
      collections,
      models,
      ...(root !== undefined && { root }),
      ...(tokens && { tokens }),
      ...(report !== undefined && { report }),
      threads,
      web: builtPage(),
      logger,
    });
    const unwatch =
      options.tokens === undefined ? () => {} : watchTokens(options.tokens, readTokens, { service, logger });
    return {
      service,
      collections: collections.map(({ collection }) => collection.name),
      models: models.map(({ model }) => model.fingerprint),
      async close() {
        unwatch();
        await service.close(); // and with it the collections
        await closeAll(pools, models);
      },
    };
  } catch (error) {
    for (const { collection } of collections) await collection.close();
    await closeAll(pools, models);
    throw error;
  }
}

/** How often it is looked whether the tokens file has changed, in ms. */
const TOKENS_INTERVAL = 1000;

/** A token that is taken out of the file is refused a moment later; a file that is wrong changes nothing, and the log says so. */
function watchTokens(
  file: string,
  read: (file: string) => Promise<readonly TokenEntry[]>,
  { service, logger }: { readonly service: Service; readonly logger: Logger },
): () => void {
  const changed = async (): Promise<void> => {
    await read(file).then(
      (entries) => {
        service.replaceTokens(entries);
        logger.info({ tokens: entries.length }, 'tokens read again');
      },
      (error: Error) => logger.error({ err: error }, 'tokens not read again: the earlier ones count'),
    );
  };
  watchFile(file, { interval: TOKENS_INTERVAL, persistent: false }, changed);
  return () => unwatchFile(file, changed);
}

async function closeAll(pools: readonly EncoderPool[], models: readonly ServedModel[]): Promise<void> {
  for (const pool of pools) await pool.close();
  for (const { model } of models) await model.dispose();
}

/** A pool keeps the thread that answers free; its threads have the model, too. */
async function openModel(folder: string, workers: number, pools: EncoderPool[]): Promise<ServedModel> {
  const { Model } = await import('../model/index.ts');
  const { openEncoderPool } = await import('../ingest/index.ts');
  const model = await Model.load(folder);
  if (workers === 0) return { model };
  const encoder = await openEncoderPool(folder, { workers });
  pools.push(encoder);
  return { model, encoder };
}

/** `models/<any>/` of the root, as the service itself looks for them. */
async function modelsBelow(root: string | undefined): Promise<string[]> {
  if (root === undefined) return [];
  const parent = path.join(root, 'models');
  const entries = await readdir(parent, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new UnseenError('FILE_UNREADABLE', { file: parent, reason: cause.code }, { cause });
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(parent, name));
}

/** JSON lines on stderr: stdout has the address. */
async function openLog(level = process.stderr.isTTY ? 'warn' : 'info') {
  const { pino } = await import('pino');
  return pino({ level }, pino.destination({ dest: 2, sync: true }));
}
