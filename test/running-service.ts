/** A service for one test: a root folder with a model of drawings, one collection of ready codes, and a client. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Collection, createCollection } from '../src/collection/index.ts';
import type { Model } from '../src/model/index.ts';
import { type Client, createClient } from '../src/service/client/index.ts';
import { createService, type Service, type ServiceOptions } from '../src/service/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Of a collection whose model is nowhere: it takes ready codes. */
export const NO_MODEL = 'f'.repeat(64);
export const BITS = 64;

export interface RunningService {
  readonly service: Service;
  readonly url: string;
  readonly client: Client;
  readonly root: string;
}

export async function runService(
  { model, limits, ...options }: ServiceOptions & { readonly model?: Model } = {},
  token?: string,
): Promise<RunningService> {
  const root = options.root ?? (await temporaryFolder());
  if (model) {
    await mkdir(path.join(root, 'models'), { recursive: true });
    await model.save(path.join(root, 'models', 'drawings'), { overwrite: true });
  }
  const service = await createService({ root, limits: { linger: 0, drain: 5_000, ...limits }, ...options });
  onTestFinished(() => service.close());
  const url = await service.listen({ port: 0 });
  return { service, url, root, client: createClient({ url, ...(token !== undefined && { token }) }) };
}

/** The code whose first byte is the number. */
export const codeOf = (number: number): string =>
  number
    .toString(16)
    .padStart(2, '0')
    .padEnd(BITS / 4, '0');

/** `codes`: items `0` … of ready codes, `codeOf` their number. */
export async function codesCollection(folder: string, items: number, name = 'codes'): Promise<Collection> {
  const collection = await createCollection(path.join(folder, name), { name, bits: BITS, model: NO_MODEL });
  const made = Array.from({ length: items }, (_, i) => ({
    id: String(i),
    codes: { image: Buffer.from(codeOf(i), 'hex') },
    payload: { number: i },
  }));
  await collection.upsert(made, { model: NO_MODEL });
  return collection;
}

/** The same collection with some of its methods replaced. */
export function changed(collection: Collection, methods: Partial<Collection>): Collection {
  return new Proxy(collection, {
    get(target, name) {
      const own = methods[name as keyof Collection];
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
