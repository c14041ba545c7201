/** A dataset by what `--data` says: a folder, or the name of a set that comes with the package. */
import { type Dataset, openDataset } from '../data/index.ts';
import type { BundledOptions } from './draw.ts';

/** A folder of such a name is `./icons`. */
const BUNDLED: Readonly<Record<string, () => Promise<(options: BundledOptions) => Promise<Dataset>>>> = {
  icons: async () => (await import('./icons.ts')).openIcons,
  emoji: async () => (await import('./emoji.ts')).openEmoji,
  'icons-words': async () => (await import('./icon-texts.ts')).openIconWords,
};

export const BUNDLED_NAMES: readonly string[] = Object.keys(BUNDLED);

/** The first use of a bundled set draws it, in some seconds. @throws as `openDataset` and the bundled sets do */
export async function openSource(source: string, options: BundledOptions = {}): Promise<Dataset> {
  if (!Object.hasOwn(BUNDLED, source)) return openDataset(source);
  const open = await BUNDLED[source]!();
  return open(options);
}
