/** Items by what a person names: folders, pictures, tables, archives, datasets; several of them one after the other. */
import path from 'node:path';
import { BUNDLED_NAMES, openSource } from '../../bundled/open-source.ts';
import { exists, isFolder } from '../../data/files.ts';
import { UnseenError } from '../../errors.ts';
import type { ItemSource, SourceItem } from '../item.ts';
import { datasetSource } from './dataset.ts';
import { isPictureName } from './picture-names.ts';
import { filesSource, folderSource, tarSource } from './pictures.ts';
import { csvSource, jsonlSource } from './tables.ts';

export interface SourceOptions {
  /** Before every id: tells sources apart that use the same names. Default: nothing. */
  readonly prefix?: string;
  readonly signal?: AbortSignal;
  /** While a bundled set is drawn, at its first use. */
  readonly onDrawing?: (name: string, share: number) => void;
}

/**
 * A folder of pictures, picture files, `.tar`, `.csv`, `.tsv`, `.jsonl`, a folder with `dataset.json`, or a bundled set.
 * Pictures are read when their turn comes. @throws `SOURCE_UNKNOWN`, `FILE_UNREADABLE`, what opening the sources throws
 */
export async function openItems(places: readonly string[], options: SourceOptions = {}): Promise<ItemSource> {
  const { prefix = '' } = options;
  const parts: ItemSource[] = [];
  for (let i = 0; i < places.length; ) {
    const end = places.findIndex((place, at) => at >= i && !isPictureName(place));
    const pictures = places.slice(i, end < 0 ? undefined : end);
    if (pictures.length > 0) parts.push(filesSource(pictures));
    else parts.push(await openOne(places[i]!, options));
    i += Math.max(1, pictures.length);
  }
  const totals = parts.map(({ total }) => total);
  const total = totals.reduce(
    (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
    0,
  );
  return {
    ...(total !== undefined && { total }),
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem> {
      for (const part of parts) {
        for await (const item of part) yield prefix === '' ? item : { ...item, id: `${prefix}${item.id}` };
      }
    },
  };
}

async function openOne(place: string, { signal, onDrawing }: SourceOptions): Promise<ItemSource> {
  if (BUNDLED_NAMES.includes(place)) {
    const data = await openSource(place, {
      ...(signal && { signal }),
      ...(onDrawing && { onProgress: (done, total) => onDrawing(place, done / total) }),
    });
    return datasetSource(data);
  }
  if (await isFolder(place)) {
    const described = await exists(path.join(place, 'dataset.json'));
    return described ? datasetSource(await openSource(place)) : folderSource(place, signal);
  }
  switch (path.extname(place).toLowerCase()) {
    case '.tar':
      return tarSource(place);
    case '.csv':
    case '.tsv':
      return csvSource(place, signal);
    case '.jsonl':
    case '.ndjson':
      return jsonlSource(place, signal);
    default:
      throw new UnseenError('SOURCE_UNKNOWN', { source: place, bundled: BUNDLED_NAMES.join(' or ') });
  }
}
