/**
 * A bundled data set: icons of `@mdi/svg`, drawn black on white; an icon's class is its family (`docs/icons.md`).
 * Small enough to train on in a minute, and its classes are words.
 */

import { datasetFromArrays } from '../data/build-dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import { readBounded } from '../data/files.ts';
import type { BundledOptions } from './draw.ts';
import { draw } from './draw.ts';
import { listIcons } from './icon-list.ts';
import { iconEmbeddings } from './icon-words.ts';

const EXTRACTOR = 'gradients/1';
/** At 72 dots an inch the icons have the size of their own grid, 24 pixels; the extractor takes 64. */
const DENSITY = (72 * 64) / 24;
/** An icon has about 500 bytes. */
const MAX_SVG_BYTES = 1e6;

/**
 * 3,343 icons of 67 classes (`@mdi/svg` 7.4.47): pixels `[n, 64, 64, 3]`, features `gradients/1` `[n, 832]`, class
 * embeddings `glove100` (default) and `glove100-described` `[67, 100]`; variants of one drawing share a group.
 *
 * @throws `PACKAGE_MISSING` when `@mdi/svg` is not installed, `PACKAGE_CHANGED`, `CLASS_EMBEDDING_MISSING` when its
 *   version has other families, `ABORTED`
 */
export async function openIcons(options: BundledOptions = {}): Promise<Dataset> {
  const { source, classes, names, labels, groups, file } = await listIcons();
  const classEmbeddings = await iconEmbeddings(classes);
  const drawn = await draw(
    {
      name: 'icons',
      count: names.length,
      channels: 1,
      extractor: EXTRACTOR,
      versions: { icons: source.version },
      density: DENSITY,
      svg: (row) => readBounded(file(row), MAX_SVG_BYTES),
      unusable: (row, reason) => source.changed(`${names[row]}: ${reason}`),
    },
    options,
  );
  return datasetFromArrays({
    name: 'icons',
    classes,
    classEmbeddings,
    groups,
    rowNames: names,
    modalities: { image: { ...drawn, labels } },
  });
}
