/** The rows of a dataset, bundled or a folder: pictures, texts, class names. */
import sharp from 'sharp';
import type { Dataset, Images } from '../../data/index.ts';
import { hasItem, itemsOf, takeTexts } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import type { ItemSource, SourceItem } from '../item.ts';

/** Pixels become files: quickly, since they are small. */
const PNG = { compressionLevel: 3 } as const;

/** An id is the row's name, else its picture's path, else its number; a name that several rows have gets the number behind it. */
export function datasetSource(data: Dataset): ItemSource {
  const { image, text } = data.modalities;
  const pictures = image?.images;
  if (!pictures && !text?.texts) {
    const reason = 'has neither pictures nor texts, only features';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'source', reason, received: data.name });
  }
  const place = (row: number): number | undefined =>
    image && pictures && hasItem(image, row) ? itemsOf(image, [row])[0]! : undefined;
  const pathOf = (row: number): string | undefined => {
    const at = place(row);
    return at !== undefined && pictures?.kind === 'files' ? pictures.name(at) : undefined;
  };
  const names = Array.from(
    { length: data.rows },
    (_, row) => data.rowNames?.[row] ?? pathOf(row) ?? `${row}`,
  );
  const ids = unique(names);
  return {
    total: data.rows,
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem> {
      for (const [row, id] of ids.entries()) {
        const about = { id, where: `${data.name}, row ${row}` };
        const classes = classesOf(data, row);
        const at = place(row);
        try {
          const picture = at === undefined ? undefined : await pictureAt(pictures!, at);
          yield {
            ...about,
            ...(picture && { picture }),
            ...(text?.texts && hasItem(text, row) && { text: takeTexts(text, [row])[0]! }),
            payload: {
              source: pathOf(row) ?? names[row]!,
              ...(classes.length > 0 && { class: classes[0]! }),
              ...(classes.length > 1 && { labels: classes }),
            },
          };
        } catch (error) {
          if (!(error instanceof UnseenError)) throw error;
          yield { ...about, status: 'failed', error };
        }
      }
    },
  };
}

function unique(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, row) => (counts.get(name)! > 1 ? `${name} #${row}` : name));
}

/** Of whichever modality is labelled. */
function classesOf({ classes, modalities: { image, text } }: Dataset, row: number): string[] {
  const labels = new Set([...(image?.labels.of(row) ?? []), ...(text?.labels.of(row) ?? [])]);
  return [...labels].map((label) => classes[label]!);
}

async function pictureAt(images: Images, at: number): Promise<Uint8Array> {
  if (images.kind === 'files') return images.read(at);
  const { data, width, height } = images;
  const size = width * height * 3;
  const pixels = data.subarray(at * size, (at + 1) * size);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png(PNG)
    .toBuffer();
}
