/** Drawn pictures with captions, and a model trained on them: small, and like real use from end to end. */
import sharp, { type Sharp } from 'sharp';
import { datasetFromArrays, type ImageFiles, supervisedSplit } from '../src/data/index.ts';
import { Backbone } from '../src/encoders/backbone/index.ts';
import { readFeatures } from '../src/encoders/pictures.ts';
import { constant, exportModel, input, matmul } from '../src/graph/index.ts';
import { ccaItq } from '../src/methods/index.ts';
import { Model } from '../src/model/index.ts';
import { Random } from '../src/random.ts';
import { halfBackbone } from './backbones.ts';

const SHAPES: Readonly<Record<string, string>> = {
  circle: '<circle cx="50" cy="50" r="34"/>',
  square: '<rect x="18" y="18" width="64" height="64"/>',
  triangle: '<path d="M50 12 L88 82 L12 82 Z"/>',
  cross: '<path d="M40 10h20v30h30v20h-30v30h-20v-30h-30v-20h30z"/>',
  ring: '<path fill-rule="evenodd" d="M50 8a42 42 0 1 0 .1 0zM50 30a20 20 0 1 0 .1 0z"/>',
  arrow: '<path d="M6 38h48V16l40 34-40 34V62H6z"/>',
};
const COLOURS = ['crimson', 'navy', 'teal', 'olive'];
const PER_SHAPE = 12;

export interface Drawing {
  readonly name: string;
  readonly shape: string;
  readonly caption: string;
  /** Three of four are PNG with transparent ground, the rest JPEG, some turned by EXIF; of many sizes, not square. */
  readonly bytes: Uint8Array;
}

/** The same ones at every call. */
export async function drawings(): Promise<Drawing[]> {
  const random = new Random(5, 'drawings');
  const made: Promise<Drawing>[] = [];
  for (const [shape, path] of Object.entries(SHAPES)) {
    for (let i = 0; i < PER_SHAPE; i++) {
      const colour = COLOURS[i % COLOURS.length]!;
      const [width, height] = [60 + random.below(300), 60 + random.below(300)];
      const turn = `rotate(${random.below(40) - 20} 50 50) translate(${random.below(9) - 4} ${random.below(9) - 4})`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${width}" height="${height}"><g fill="${colour}" transform="${turn}">${path}</g></svg>`;
      const jpeg = i % 4 === 3;
      const image = sharp(Buffer.from(svg));
      made.push(
        (jpeg ? photograph(image, i) : image.png()).toBuffer().then((bytes) => ({
          name: `${shape}-${i}.${jpeg ? 'jpg' : 'png'}`,
          shape,
          caption: `a ${colour} ${shape}`,
          bytes,
        })),
      );
    }
  }
  return Promise.all(made);
}

/** Some lie on their side, as cameras write them. */
const photograph = (image: Sharp, i: number): Sharp =>
  image
    .flatten({ background: '#f5f0e6' })
    .rotate(i % 8 === 7 ? 270 : 0)
    .withMetadata({ orientation: i % 8 === 7 ? 6 : 1 })
    .jpeg();

export const imageFilesOf = (items: readonly Drawing[]): ImageFiles => ({
  kind: 'files',
  count: items.length,
  name: (row) => items[row]!.name,
  read: async (row) => items[row]!.bytes,
});

/** CCA-ITQ on drawings and captions: pictures by `gradients/1`, captions as they are. */
export async function modelOf(items: readonly Drawing[], bits = 16): Promise<Model> {
  const images = imageFilesOf(items);
  const extractor = 'gradients/1';
  const { features } = await readFeatures(images, extractor);
  const classes = Object.keys(SHAPES);
  const labels = items.map(({ shape }) => classes.indexOf(shape));
  const data = datasetFromArrays({
    name: 'drawings',
    classes,
    modalities: {
      image: { features, images, extractor, labels },
      text: { texts: items.map(({ caption }) => [caption]), labels },
    },
  });
  return ccaItq({ bits }).fit(data, supervisedSplit(data, { seed: 0 }));
}

/** Mean colours by a network of half precision, then fixed directions: a model that carries a backbone. */
export async function backboneModelOf(items: readonly Drawing[]): Promise<Model> {
  const bits = 16;
  const backbone = await Backbone.create(halfBackbone(32), {
    given: { side: 32, mean: 0.5, std: 0.5 },
  });
  const { features } = await readFeatures(imageFilesOf(items), backbone);
  const x = input('input', ['batch', features.cols]);
  const random = new Random(6, 'directions');
  const directions = Float32Array.from({ length: features.cols * bits }, () => random.normal());
  const code = matmul(x, constant(directions, [features.cols, bits]));
  const onnx = exportModel({ inputs: [x], outputs: { code }, parameters: new Map() });
  const names = { onnx: 'backbone.onnx', config: 'backbone.json' };
  const model = await Model.create({
    method: 'lsh',
    bits,
    seed: 6,
    settings: {},
    dataset: { name: 'drawings', fingerprint: 'none' },
    split: { protocol: 'none', hash: 'none' },
    classes: { names: [], seen: [], unseen: [] },
    encoders: {
      image: {
        onnx,
        preprocessing: { kind: 'features', dim: features.cols, extractor: backbone.name, backbone: names },
        files: new Map([
          [names.onnx, backbone.files.onnx],
          [names.config, new TextEncoder().encode(backbone.files.config)],
        ]),
      },
    },
  });
  await backbone.dispose();
  return model;
}
