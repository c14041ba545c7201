import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinyBackbone } from '../../../test/backbones.ts';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { writeDataset } from '../../data/write-dataset.ts';
import { Backbone } from './backbone.ts';
import { PRESETS } from './config.ts';
import { addBackboneFeatures, openBackbone } from './index.ts';

const plain = { mean: 0, std: 1 } as const;

describe('a dataset with a backbone', () => {
  it('has the features of every picture, and keeps its rows and its fingerprint', async () => {
    const data = syntheticDataset({ side: 8, classes: 5, perClass: 14 });
    const backbone = await Backbone.create(tinyBackbone(), { given: plain });
    const seen: number[] = [];
    const made = await addBackboneFeatures(data, backbone, { onProgress: (done) => seen.push(done) });
    const { images, features, extractor } = made.modalities.image!;
    expect(extractor).toBe(backbone.name);
    expect(seen).toEqual([32, 64, 70]);
    expect(made.fingerprint).toBe(data.fingerprint);
    const last = (images as { data: Uint8Array }).data.subarray(69 * 192);
    expect(features!.data.subarray(69 * 5)).toEqual(await backbone.extract(last));
    await backbone.dispose();
  });

  it('is written with the network and read back with it', async () => {
    const folder = path.join(await temporaryFolder(), 'data');
    const backbone = await Backbone.create(tinyBackbone(), { given: plain });
    const made = await addBackboneFeatures(syntheticDataset({ side: 8 }), backbone);
    await writeDataset(made, folder);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['backbone.json', 'backbone.onnx']));
    const again = await openDataset(folder);
    expect(again.fingerprint).toBe(made.fingerprint);
    const image = again.modalities.image!;
    expect(image.features).toEqual(made.modalities.image!.features);
    const opened = await Backbone.open(await image.backbone!(), { name: image.extractor! });
    expect(opened.name).toBe(backbone.name);
    // A copy of the copy holds the same.
    await writeDataset(again, `${folder}-copy`);
    expect(await readFile(`${folder}-copy/backbone.onnx`)).toEqual(Buffer.from(backbone.files.onnx));
    await Promise.all([backbone.dispose(), opened.dispose()]);
  });

  it('names its files inside its own folder, for pictures, and together with an extractor', async () => {
    const folder = path.join(await temporaryFolder(), 'data');
    const backbone = await Backbone.create(tinyBackbone(), { given: plain });
    await writeDataset(await addBackboneFeatures(syntheticDataset({ side: 8 }), backbone), folder);
    await backbone.dispose();
    const file = path.join(folder, 'dataset.json');
    const json = JSON.parse(await readFile(file, 'utf8'));
    const { image } = json.modalities;
    const opening = async (modalities: unknown) => {
      await writeFile(file, JSON.stringify({ ...json, modalities }));
      return openDataset(folder);
    };
    const outside = { ...image, backbone: { ...image.backbone, onnx: '../backbone.onnx' } };
    await expect(opening({ image: outside })).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    await expect(opening({ image: { ...image, extractor: undefined } })).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
    await expect(opening({ image, text: image })).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it('needs pictures, and stops when it is asked to', async () => {
    const backbone = await Backbone.create(tinyBackbone(), { given: plain });
    const features = addBackboneFeatures(syntheticDataset(), backbone);
    await expect(features).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const controller = new AbortController();
    const stopped = addBackboneFeatures(syntheticDataset({ side: 8 }), backbone, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await backbone.dispose();
  });
});

describe('a backbone file', () => {
  const preprocessor = {
    image_processor_type: 'CLIPImageProcessor',
    size: { shortest_edge: 8 },
    crop_size: { height: 8, width: 8 },
    do_center_crop: true,
    resample: 3,
    do_normalize: true,
    image_mean: [0.1, 0.2, 0.3],
    image_std: [0.4, 0.5, 0.6],
  };

  it('is prepared as the preprocessor_config.json beside it says, or beside its folder onnx/', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'clip/onnx'), { recursive: true });
    const file = path.join(folder, 'clip/onnx/vision_model.onnx');
    await writeFile(file, tinyBackbone());
    await writeFile(path.join(folder, 'clip/preprocessor_config.json'), JSON.stringify(preprocessor));
    const expected = { side: 8, kernel: 'cubic', mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] };
    const backbone = await openBackbone(file);
    expect(backbone.config).toMatchObject(expected);
    await writeFile(
      path.join(folder, 'clip/onnx/preprocessor_config.json'),
      JSON.stringify({ ...preprocessor, resample: 2 }),
    );
    const nearer = await openBackbone(file);
    expect(nearer.config).toMatchObject({ ...expected, kernel: 'linear' });
    await Promise.all([backbone.dispose(), nearer.dispose()]);
  });

  it('takes a preset instead of it, and settings from a file above both', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'net.onnx');
    const config = path.join(folder, 'config.json');
    await writeFile(file, tinyBackbone());
    await writeFile(path.join(folder, 'preprocessor_config.json'), 'not even JSON');
    await writeFile(config, JSON.stringify({ std: 1, resize: 9 }));
    const backbone = await openBackbone(file, { preset: 'clip', config });
    expect(backbone.config).toMatchObject({ mean: PRESETS.clip.mean, std: [1, 1, 1], resize: 9, side: 8 });
    await backbone.dispose();
    await expect(openBackbone(file)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    await expect(openBackbone(file, { preset: 'resnet' })).rejects.toThrow(
      /clip, dino, imagenet, siglip, vit/,
    );
    await writeFile(config, JSON.stringify({ standard: 1 }));
    await expect(openBackbone(file, { preset: 'clip', config })).rejects.toMatchObject({
      code: 'BACKBONE_CONFIG_INVALID',
      values: { file: config },
    });
    await expect(openBackbone(path.join(folder, 'none.onnx'), { preset: 'clip' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});
