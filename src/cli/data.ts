/** `--data`: the name of a bundled set, or a dataset folder; and what its rows are called in results. */
import { BUNDLED_NAMES, openSource } from '../bundled/open-source.ts';
import { type Dataset, hasItem, type ModalityName, takeImages, takeTexts } from '../data/index.ts';
import type { Call } from './command.ts';

/** For the help of `--data`. */
export const DATA_HELP = `dataset folder, or ${BUNDLED_NAMES.join(' or ')}`;

/** The first use of a bundled set draws it, in some seconds. */
export const openData = (source: string, { signal, progress }: Call): Promise<Dataset> =>
  openSource(source, {
    signal,
    onProgress: (done, total) => progress.update(`drawing ${source}`, done / total),
  });

/** Longest text shown as a name, in characters. */
const NAME_LENGTH = 80;

/** What to call a text in results: the text itself, on one line, cut. */
export function textName(text: string | readonly string[]): string {
  const line = (typeof text === 'string' ? text : text.join(' · ')).replaceAll(/\s+/g, ' ').trim();
  const letters = Array.from(line.slice(0, 4 * NAME_LENGTH)); // whole characters: half of a pair is none
  return letters.length > NAME_LENGTH ? `${letters.slice(0, NAME_LENGTH - 1).join('')}…` : line;
}

/** What to call a row in results: its text where texts are the results; else its name, or its picture's file. */
export function rowName(data: Dataset, row: number, modality: ModalityName = 'image'): string {
  const { image, text } = data.modalities;
  if (modality === 'text' && text?.texts && hasItem(text, row)) return textName(takeTexts(text, [row])[0]!);
  const named = data.rowNames?.[row];
  if (named !== undefined) return named;
  const images = image?.images && hasItem(image, row) ? takeImages(image, [row]) : undefined;
  return images?.kind === 'files' ? images.name(0) : `row ${row}`;
}
