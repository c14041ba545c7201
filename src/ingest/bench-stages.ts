/** What a picture costs on its way into a collection, stage by stage, one after the other in one thread. */
import path from 'node:path';
import { createCollection, type NewItem } from '../collection/index.ts';
import { gradientsColour } from '../encoders/colour.ts';
import { decodePicture } from '../encoders/decode.ts';
import { UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';
import { payloadOf } from './content.ts';
import { encodeItems } from './encode-items.ts';
import type { RawItem } from './item.ts';
import { keepPicture } from './keep-picture.ts';
import { openItems } from './sources/open.ts';

export interface StageTimes {
  /** Pictures that were timed, and the mean size of their files. */
  readonly pictures: number;
  readonly bytesAPicture: number;
  /** `write` is a durable commit for 64 items. */
  readonly millisecondsAPicture: Readonly<
    Record<'read' | 'hash' | 'keep' | 'decode' | 'features' | 'network' | 'write', number>
  >;
}

const TIMED = 320;
const BATCH = 64;
/** What `gradients-colour/1` takes. */
const SIDE = 64;

/** `model` encodes features of `gradients-colour/1`; `folder` gets the collection. */
export async function timeStages(folder: string, model: Model, pictures: string): Promise<StageTimes> {
  const { bits, fingerprint } = model;
  const options = { name: 'stages', bits, model: fingerprint };
  const collection = await createCollection(path.join(folder, 'stages'), options);
  try {
    const raw = await firstItems(pictures);
    const time = async (work: () => unknown): Promise<number> => {
      const start = performance.now();
      await work();
      return (performance.now() - start) / raw.length;
    };
    const items = (await encodeItems(model, raw)).flatMap((one): NewItem[] =>
      one.status === 'ready' ? [one.item] : [],
    ); // and what is called often is compiled
    const pixels = new Uint8Array(raw.length * SIDE * SIDE * 3);
    const read = await time(() => firstItems(pictures));
    const hash = await time(() => raw.forEach(payloadOf));
    const keep = await time(async () => {
      for (const { id, picture } of raw) await keepPicture(picture!, id, 'small');
    });
    const decode = await time(async () => {
      for (const [i, { id, picture }] of raw.entries())
        pixels.set(await decodePicture(picture!, id, { side: SIDE }), i * SIDE * SIDE * 3);
    });
    let data: Float32Array = new Float32Array(0);
    const features = await time(() => {
      data = gradientsColour(pixels);
    });
    const network = await time(() =>
      model.encode('image', { data, rows: raw.length, cols: data.length / raw.length }),
    );
    const write = await time(async () => {
      for (let from = 0; from < items.length; from += BATCH)
        await collection.upsert(items.slice(from, from + BATCH), { model: fingerprint });
    });
    const bytes = raw.reduce((sum, { picture }) => sum + picture!.length, 0);
    return {
      pictures: raw.length,
      bytesAPicture: bytes / raw.length,
      millisecondsAPicture: { read, hash, keep, decode, features, network, write },
    };
  } finally {
    await collection.close();
  }
}

/** The first that can be read. */
async function firstItems(pictures: string): Promise<RawItem[]> {
  const items: RawItem[] = [];
  for await (const item of await openItems([pictures])) {
    if (!('status' in item) && item.picture) items.push(item);
    if (items.length === TIMED) break;
  }
  if (items.length > 0) return items;
  throw new UnseenError('ARGUMENT_INVALID', {
    name: 'pictures',
    reason: 'must hold pictures',
    received: pictures,
  });
}
