/**
 * The feature part of the composite similarity: a space of instances in which near ones are similar, without labels.
 *
 * Each modality's features are whitened within the labelled classes and filtered by the unlabelled items' excess variance
 * (`similarity-space.ts`); an instance is its modalities' vectors side by side, so similarity crosses between modalities
 * through pairs; its attribute vectors stand beside them; and unlabelled instances are smoothed over their nearest
 * neighbours, which keeps the k largest similarities of each and lets them spread. Reconstruction.
 */
import { takeRows } from '../../data/index.ts';
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { normaliseRows, product, rowOf } from '../dense.ts';
import { fitSpace, smooth } from '../similarity-space.ts';
import type { Instances } from './instances.ts';
import type { CzhashSettings } from './options.ts';

export type ModalityRows = Readonly<Record<'image' | 'text', Matrix>>;

/** Beyond this many columns, covariances would cost more than training: a random projection keeps angles well enough. */
const MAX_COLUMNS = 1536;
const PROJECTED_COLUMNS = 1024;
/** Labelled rows that estimate the within-class covariance. */
const MAX_SOURCE = 20_000;

/**
 * @param rows prepared features of each modality's items
 * @param blind as if nothing were labelled
 * @returns for each modality unit rows `[items, …]`; without any labelled instance, the features themselves, normalised
 */
export async function modalitySpaces(
  rows: ModalityRows,
  instances: Instances,
  settings: CzhashSettings,
  random: (stream: string) => Random,
  blind: boolean,
): Promise<ModalityRows> {
  const space = async (name: 'image' | 'text'): Promise<Matrix> => {
    const features = await narrow(rows[name], random(`projection/${name}`));
    const labelled: number[] = [];
    const classes: number[] = [];
    const unlabelled: number[] = [];
    instances[name].forEach((item, i) => {
      if (item < 0) return;
      const label = blind ? -1 : instances.labels.first(i);
      if (label < 0) unlabelled.push(item);
      else {
        labelled.push(item);
        classes.push(label);
      }
    });
    if (labelled.length === 0 || unlabelled.length === 0)
      return normaliseRows({ ...features, data: features.data.slice() });
    const stride = Math.ceil(labelled.length / MAX_SOURCE);
    const source = labelled.filter((_, i) => i % stride === 0);
    const labels = Int32Array.from(classes.filter((_, i) => i % stride === 0));
    const { threads } = settings;
    const shrinkage = Math.max(settings.shrinkage, features.cols / (features.cols + source.length));
    const map = await fitSpace(
      takeRows(features, source),
      labels,
      instances.labels.classCount,
      takeRows(features, unlabelled),
      { shrinkage, threads, around: 'pool', random: random(`space/${name}`) },
    );
    return map(features);
  };
  return { image: await space('image'), text: await space('text') };
}

async function narrow(rows: Matrix, random: Random): Promise<Matrix> {
  if (rows.cols <= MAX_COLUMNS) return rows;
  const scale = 1 / Math.sqrt(PROJECTED_COLUMNS);
  const data = Float32Array.from({ length: rows.cols * PROJECTED_COLUMNS }, () => scale * random.normal());
  return product(rows, { data, rows: rows.cols, cols: PROJECTED_COLUMNS });
}

/**
 * Instances' vectors `[members, …]`, unit rows, smoothed if asked: modalities side by side, a missing one as zeros.
 * @param parts rows of items (`image`, `text`) with their weights
 */
export async function jointSpace(
  members: Int32Array,
  instances: Instances,
  parts: readonly { readonly of: 'image' | 'text'; readonly rows: Matrix; readonly weight: number }[],
  { neighbours, smoothing, threads }: CzhashSettings,
  smoothed: boolean,
): Promise<Matrix> {
  const used = parts.filter(({ weight }) => weight > 0);
  const cols = used.reduce((sum, { rows }) => sum + rows.cols, 0);
  const data = new Float32Array(members.length * cols);
  for (const [i, instance] of members.entries()) {
    let at = i * cols;
    for (const { of, rows, weight } of used) {
      const item = instances[of][instance]!;
      if (item >= 0) {
        const row = rowOf(rows, item);
        for (let j = 0; j < row.length; j++) data[at + j] = weight * row[j]!;
      }
      at += rows.cols;
    }
  }
  const joint = normaliseRows({ data, rows: members.length, cols });
  return smoothed && neighbours > 0 ? smooth(joint, neighbours, threads, smoothing) : joint;
}
