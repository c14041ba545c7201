/** `--data`: the name of a bundled set, or a dataset folder. */
import { type Dataset, openDataset } from '../data/index.ts';
import type { Call } from './command.ts';

/** `icons` is the bundled set; a folder of that name is `./icons`. The first use of the set draws it, in some seconds. */
export async function openData(source: string, { signal, progress }: Call): Promise<Dataset> {
  if (source !== 'icons') return openDataset(source);
  const { openIcons } = await import('../bundled/icons.ts');
  return openIcons({ signal, onProgress: (done, total) => progress.update('drawing icons', done / total) });
}

/** What to call a row in results. */
export function rowName(data: Dataset, row: number): string {
  const images = data.modalities.image?.images;
  return data.rowNames?.[row] ?? (images?.kind === 'files' ? images.name(row) : `row ${row}`);
}
