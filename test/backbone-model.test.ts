/** Pictures → backbone → method → model: what is trained on a backbone's features encodes raw pictures by itself. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../src/data/dataset.ts';
import { zeroShotSplit } from '../src/data/index.ts';
import { addBackboneFeatures, Backbone } from '../src/encoders/backbone/index.ts';
import { evaluate } from '../src/evaluate/index.ts';
import { createMethod } from '../src/methods/index.ts';
import { Model } from '../src/model/index.ts';
import { tinyBackbone } from './backbones.ts';
import { syntheticDataset } from './synthetic.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SIDE = 8;

async function withFeatures(): Promise<{ data: Dataset; name: string }> {
  const backbone = await Backbone.create(tinyBackbone({ side: SIDE, dim: 24 }), {
    given: { mean: 0.5, std: 0.2 },
  });
  const data = await addBackboneFeatures(syntheticDataset({ side: SIDE }), backbone);
  await backbone.dispose();
  return { data, name: backbone.name };
}

const picturesOf = (data: Dataset) => data.modalities.image!.images!;

describe.each(['itq', 'tzsh'])('%s on the features of a backbone', (method) => {
  it('gives a model that holds the backbone and encodes pictures as it encodes their features', async () => {
    const { data, name } = await withFeatures();
    const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
    const quick = method === 'tzsh' ? { steps: 20, rounds: 1 } : {};
    const model = await createMethod(method, { bits: 16, ...quick }).fit(data, split);
    expect(model.preprocessing('image')).toEqual({
      kind: 'features',
      dim: 24,
      extractor: name,
      backbone: { onnx: 'image_backbone.onnx', config: 'image_backbone.json' },
    });
    const folder = path.join(await temporaryFolder(), 'model');
    await model.save(folder);
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['image_backbone.json', 'image_backbone.onnx']),
    );
    const loaded = await Model.load(folder);
    const byFeatures = await model.outputs('image', data.modalities.image!.features!);
    const progress: number[] = [];
    const byPictures = await loaded.outputs('image', picturesOf(data), {
      onProgress: ({ done }) => progress.push(done),
    });
    byPictures.data.forEach((value, i) => {
      expect(Math.abs(value - byFeatures.data[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    });
    expect(progress.slice(0, 2)).toEqual([32, 64]);
    await evaluate(loaded, data, split);
    await Promise.all([model.dispose(), loaded.dispose()]);
  });
});

describe('a model with a backbone', () => {
  it('encodes picture files, also after it was disposed of', async () => {
    const { data } = await withFeatures();
    const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
    const model = await createMethod('itq', { bits: 16 }).fit(data, split);
    const file = path.join(await temporaryFolder(), 'a.png');
    const pixels = (picturesOf(data) as { data: Uint8Array }).data.subarray(0, SIDE * SIDE * 3);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toFile(file);
    const first = await model.encode('image', [file]);
    await model.dispose();
    expect(await model.encode('image', [file])).toEqual(first);
    expect(first.toHex(0)).toBe((await model.encode('image', data.modalities.image!.features!)).toHex(0));
    await model.dispose();
  });

  it('does not train with a network that did not make the features', async () => {
    const { data } = await withFeatures();
    const { image } = data.modalities;
    const other = async () => ({ ...(await image!.backbone!()), onnx: tinyBackbone({ side: SIDE }) });
    const swapped: Dataset = { ...data, modalities: { image: { ...image!, backbone: other } } };
    const fitting = createMethod('itq', { bits: 16 }).fit(
      swapped,
      zeroShotSplit(data, { unseen: 2, seed: 0 }),
    );
    await expect(fitting).rejects.toMatchObject({ code: 'BACKBONE_CHANGED' });
  });

  it('is refused when its network was changed or is missing', async () => {
    const { data } = await withFeatures();
    const model = await createMethod('lsh', { bits: 16 }).fit(
      data,
      zeroShotSplit(data, { unseen: 2, seed: 0 }),
    );
    const folder = path.join(await temporaryFolder(), 'model');
    await model.save(folder);
    await model.dispose();
    await writeFile(path.join(folder, 'image_backbone.json'), '{}');
    await expect(Model.load(folder)).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
  });
});
