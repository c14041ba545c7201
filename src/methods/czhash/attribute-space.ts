/** Attribute vectors of all instances' items: fitted to the labelled ones, read off the unlabelled ones. */
import { takeRows } from '../../data/index.ts';
import type { Matrix } from '../contract.ts';
import { centred, normaliseRows, product } from '../dense.ts';
import { meanRow } from '../projection.ts';
import { attributeVectors, fitAttributes } from './attributes.ts';
import type { Instances } from './instances.ts';

const MODALITIES = ['image', 'text'] as const;
/** Labelled items that a modality's map is fitted to. */
const MAX_FITTED = 20_000;

export type ItemFeatures = (name: 'image' | 'text', items: Int32Array) => Promise<Matrix>;

export interface AttributeSpace {
  /** `[items, a]` unit rows, one for each item of the modality; items of no member are zero. */
  readonly image: Matrix;
  readonly text: Matrix;
  /** Mean over modalities of the ridge problem's minimum. */
  readonly objective: number;
}

/**
 * @param members instances whose items' attribute vectors are wanted
 * @param embeddings centred class embeddings
 */
export async function attributeSpace(
  instances: Instances,
  counts: Readonly<Record<'image' | 'text', number>>,
  members: Int32Array,
  features: ItemFeatures,
  embeddings: Matrix,
  { ridge, threads }: { readonly ridge: number; readonly threads?: number | undefined },
): Promise<AttributeSpace> {
  const result: Partial<Record<'image' | 'text', Matrix>> = {};
  let objective = 0;
  for (const name of MODALITIES) {
    const itemOf = instances[name];
    const labelled = Int32Array.from(itemOf.keys()).filter(
      (i) => itemOf[i]! >= 0 && instances.labels.first(i) >= 0,
    );
    const stride = Math.ceil(labelled.length / MAX_FITTED) || 1;
    const source = labelled.filter((_, i) => i % stride === 0);
    const out = {
      data: new Float32Array(counts[name] * embeddings.cols),
      rows: counts[name],
      cols: embeddings.cols,
    };
    result[name] = out;
    const wanted = members.map((i) => itemOf[i]!).filter((item) => item >= 0);
    if (source.length === 0 || wanted.length === 0) continue;
    const known = attributeVectors(instances.labels, source, embeddings);
    const seen = await features(
      name,
      source.map((i) => itemOf[i]!),
    );
    const centre = meanRow(seen);
    const middle = meanRow(known);
    const shifted = centred(known, () => middle);
    const { weights, objective: minimum } = await fitAttributes(
      centred(seen, () => centre),
      shifted,
      ridge,
      threads,
    );
    objective += minimum / MODALITIES.length;
    const own = centred(await features(name, wanted), () => centre);
    const vectors = await product(own, weights, { threads });
    // Around their own mean: what unlabelled items share is the shift from the labelled classes, not what they are.
    const mean = meanRow(vectors);
    const unit = normaliseRows(centred(vectors, () => mean));
    wanted.forEach((item, i) => {
      out.data.set(unit.data.subarray(i * out.cols, (i + 1) * out.cols), item * out.cols);
    });
  }
  return { image: result.image!, text: result.text!, objective };
}

/** Rows `[members, a]` of class embeddings against instances' attribute vectors: cosines `[members, classes]`. */
export async function attributeScores(
  space: AttributeSpace,
  instances: Instances,
  members: Int32Array,
  embeddings: Matrix,
  classes: Int32Array,
): Promise<Matrix> {
  const { cols } = embeddings;
  const data = new Float32Array(members.length * cols);
  members.forEach((instance, i) => {
    for (const name of MODALITIES) {
      const item = instances[name][instance]!;
      if (item < 0) continue;
      for (let j = 0; j < cols; j++) data[i * cols + j]! += space[name].data[item * cols + j]!;
    }
  });
  const vectors = normaliseRows({ data, rows: members.length, cols });
  return product(vectors, takeRows(embeddings, classes), { transposeB: true });
}
