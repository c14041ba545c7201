/** The collections and models that a service has, and the folder where it may make collections and remove them. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Collection, createCollection, openCollection } from '../collection/index.ts';
import { UnseenError } from '../errors.ts';
import { type Encoder, encoderOf } from '../ingest/index.ts';
import { Model } from '../model/index.ts';

/** A collection that was opened for the service: it is the service's to close. */
export interface ServedCollection {
  readonly collection: Collection;
  /** Default: `embedded`. */
  readonly backend?: 'embedded' | 'postgres';
}

export interface ServedModel {
  readonly model: Model;
  /** Default: the model in this thread. A pool keeps the thread of the service free. */
  readonly encoder?: Encoder;
}

/** Entry of the catalog. */
export interface Served {
  readonly collection: Collection;
  readonly backend: 'embedded' | 'postgres';
  /** Below the root: only such a collection can be removed. */
  readonly folder?: string;
}

/** Names that begin like this are no collection's: what is being removed. */
const REMOVED = '.removed-';

export interface CatalogParts {
  readonly collections: readonly ServedCollection[];
  readonly models: readonly ServedModel[];
  readonly root?: string | undefined;
  /** Threads of a search, for collections below `root`. */
  readonly threads?: number | undefined;
}

export class Catalog {
  readonly #collections = new Map<string, Served>();
  /** Names that are being made. */
  readonly #making = new Set<string>();
  readonly #models = new Map<string, Required<ServedModel>>();
  readonly #folder: string | undefined;
  readonly #threads: number;

  private constructor(root: string | undefined, threads: number) {
    this.#folder = root === undefined ? undefined : path.join(root, 'collections');
    this.#threads = threads;
  }

  /**
   * Opens what stands below `root`: `collections/<name>/` for writing, and `models/<any>/`.
   * @throws what opening throws, `COLLECTION_TAKEN` for two of one name
   */
  static async open({ collections, models, root, threads = 1 }: CatalogParts): Promise<Catalog> {
    const catalog = new Catalog(root, threads);
    try {
      for (const { collection, backend = 'embedded' } of collections) catalog.#add({ collection, backend });
      for (const { model, encoder = encoderOf(model) } of models)
        catalog.#models.set(model.fingerprint, { model, encoder });
      if (root !== undefined) await catalog.#openRoot(root);
    } catch (cause) {
      await catalog.close();
      throw cause;
    }
    return catalog;
  }

  list(): Served[] {
    return [...this.#collections.values()];
  }

  models(): Model[] {
    return [...this.#models.values()].map(({ model }) => model);
  }

  /** @throws `COLLECTION_UNKNOWN` */
  get(name: string): Served {
    const served = this.#collections.get(name);
    if (!served) throw new UnseenError('COLLECTION_UNKNOWN', { received: name });
    return served;
  }

  /** @throws `MODEL_UNKNOWN` */
  model(fingerprint: string): Required<ServedModel> {
    const served = this.#models.get(fingerprint);
    if (!served) throw new UnseenError('MODEL_UNKNOWN', { received: fingerprint });
    return served;
  }

  findModel(fingerprint: string): Model | undefined {
    return this.#models.get(fingerprint)?.model;
  }

  /** @throws `COLLECTION_FIXED`, `COLLECTION_TAKEN`, `MODEL_UNKNOWN` */
  async create(name: string, fingerprint: string): Promise<Served> {
    const { model } = this.model(fingerprint);
    if (this.#folder === undefined) throw new UnseenError('COLLECTION_FIXED', { name });
    if (this.#collections.has(name) || this.#making.has(name))
      throw new UnseenError('COLLECTION_TAKEN', { name });
    const folder = path.join(this.#folder, name);
    this.#making.add(name);
    try {
      const options = { name, bits: model.bits, model: fingerprint, threads: this.#threads };
      const collection = await createCollection(folder, options);
      return this.#add({ collection, backend: 'embedded', folder });
    } finally {
      this.#making.delete(name);
    }
  }

  /** Closes it, then takes its files away: from its new name on there is none, whatever happens. @throws as `get`; `COLLECTION_FIXED` */
  async remove(name: string): Promise<void> {
    const { collection, folder } = this.get(name);
    if (folder === undefined) throw new UnseenError('COLLECTION_FIXED', { name });
    this.#collections.delete(name);
    this.#making.add(name);
    try {
      await collection.close();
      const gone = path.join(path.dirname(folder), `${REMOVED}${name}-${Date.now()}`);
      await rename(folder, gone);
      await rm(gone, { recursive: true, force: true });
    } finally {
      this.#making.delete(name);
    }
  }

  /** Closes all collections. Models stay whoever's they are. */
  async close(): Promise<void> {
    const collections = this.list();
    this.#collections.clear();
    const closed = await Promise.allSettled(collections.map(({ collection }) => collection.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #add(served: Served): Served {
    const { name } = served.collection;
    if (this.#collections.has(name)) throw new UnseenError('COLLECTION_TAKEN', { name });
    this.#collections.set(name, served);
    return served;
  }

  async #openRoot(root: string): Promise<void> {
    for (const folder of await foldersIn(path.join(root, 'models'))) {
      const model = await Model.load(folder);
      if (!this.#models.has(model.fingerprint))
        this.#models.set(model.fingerprint, { model, encoder: encoderOf(model) });
    }
    await mkdir(this.#folder!, { recursive: true });
    for (const folder of await foldersIn(this.#folder!)) {
      if (path.basename(folder).startsWith(REMOVED)) {
        await rm(folder, { recursive: true, force: true });
        continue;
      }
      const collection = await openCollection(folder, { threads: this.#threads }).catch((cause) => {
        // A creation that was killed: making it again takes it over.
        if (cause instanceof UnseenError && cause.code === 'COLLECTION_MISSING') return undefined;
        throw cause;
      });
      if (collection) this.#add({ collection, backend: 'embedded', folder });
    }
  }
}

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((cause) => {
    if (cause.code === 'ENOENT') return [];
    throw new UnseenError(
      'FILE_UNREADABLE',
      { file: parent, reason: cause.code ?? String(cause) },
      { cause },
    );
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(parent, name));
}
