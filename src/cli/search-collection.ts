/** `unseen search --collection`: the nearest items of a collection, beside whoever writes there. */
import { Codes } from '../codes/index.ts';
import type { CollectionHit, CollectionReader, Filter } from '../collection/index.ts';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { textTable } from '../report/table.ts';
import { filterOption } from './collection/filter-option.ts';
import { openReaderAt, shown, using } from './collection/open.ts';
import type { Call, Result } from './command.ts';
import { textName } from './data.ts';

export interface CollectionSearch {
  readonly collection: string;
  readonly item?: string;
  readonly code?: string;
  readonly image?: string;
  readonly text?: string;
  readonly model?: string;
  readonly modality?: ModalityName;
  readonly filter?: string;
  readonly k?: number;
  readonly radius?: number;
  readonly partial?: boolean;
}

/** More would be a listing; a collection gives at most so many at once. */
const MOST_HITS = 10_000;

/** @throws `ARGUMENT_INVALID`, `FILTER_INVALID`, `COLLECTION_OTHER_MODEL`, and what opening and searching throw */
export async function searchCollection(options: CollectionSearch, call: Call): Promise<Result> {
  const { collection: target, modality, radius, partial = false } = options;
  const filter: Filter | undefined =
    options.filter === undefined ? undefined : await filterOption(options.filter);
  return using(await openReaderAt(target), async (reader) => {
    const { code, ...about } = await queryOf(options, reader, call);
    const { hits, more, version, missing } = await reader.search({
      model: reader.model,
      code,
      k: options.k ?? (radius === undefined ? 10 : MOST_HITS),
      ...(radius !== undefined && { radius }),
      ...(modality && { modality }),
      ...(filter && { filter }),
      partial,
      signal: call.signal,
    });
    const { name, bits, model } = reader;
    if (missing) call.progress.line(`without the items of ${missing.join(' and ')}`);
    return {
      json: {
        collection: name,
        model,
        bits,
        query: hexOf(code),
        ...about,
        hits,
        more,
        version,
        ...(missing && { missing }),
      },
      text: hits.length > 0 ? hitTable(hits) : `no item of ${shown(target)} is found`,
    };
  });
}

const hexOf = (code: Uint8Array): string => Buffer.from(code).toString('hex');

interface Query {
  readonly code: Uint8Array;
  readonly from: 'code' | 'item' | ModalityName;
  readonly unknownWords?: boolean;
}

async function queryOf(options: CollectionSearch, reader: CollectionReader, call: Call): Promise<Query> {
  const { code, item, text, image } = options;
  if (code !== undefined) return { code: Codes.fromHex([code], { bits: reader.bits }).bytes, from: 'code' };
  if (item !== undefined) {
    const kept = await reader.get(item);
    if (!kept) {
      const reason = `must be the id of an item of ${shown(options.collection)}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'item', reason, received: item });
    }
    return { code: (kept.codes.image ?? kept.codes.text)!, from: 'item' };
  }
  const { Model } = await import('../model/index.ts');
  const { countUnknown, requireEncoder } = await import('./encoders.ts');
  const model = await Model.load(options.model!);
  if (model.fingerprint !== reader.model) {
    throw new UnseenError('COLLECTION_OTHER_MODEL', {
      name: reader.name,
      expected: reader.model.slice(0, 12),
      received: model.fingerprint.slice(0, 12),
    });
  }
  const from = text === undefined ? 'image' : 'text';
  await requireEncoder(model, options.model!, from);
  const codes = await model.encode(from, [text ?? image!], { signal: call.signal });
  const unknown = text === undefined ? {} : { unknownWords: countUnknown(model, [text], call.progress) > 0 };
  await model.dispose();
  return { code: codes.bytes, from, ...unknown };
}

function hitTable(hits: readonly CollectionHit[]): string {
  const columns = [
    { title: 'distance' },
    ...['of', 'class', 'id', 'text'].map((title) => ({ title, align: 'left' as const })),
  ];
  const said = (value: unknown): string => (typeof value === 'string' ? textName(value) : '');
  const rows = hits.map(({ id, distance, modality, payload }) => [
    `${distance}`,
    modality,
    said(payload.class),
    id,
    said(payload.text),
  ]);
  return textTable(columns, rows);
}
