/** Small networks as ONNX files, for tests of backbones. */
import {
  cast,
  constant,
  conv2d,
  exportModel,
  input,
  mean,
  reshape,
  type Tensor,
  transpose,
} from '../src/graph/index.ts';
import { encodeModel } from '../src/graph/onnx.ts';
import { Random } from '../src/random.ts';

/** What an output holds: one vector a picture, `[n, tokens, d]`, or `[n, d, h, w]`. */
export type Form = 'vector' | 'tokens' | 'map';

export interface TinyOptions {
  /** Default 8; even. */
  readonly side?: number;
  /** Values a feature; default 5. */
  readonly dim?: number;
  /** Default: any number of pictures. */
  readonly batch?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly type?: 'float32' | 'uint8';
  /** Default: `image_embeds`, a vector. */
  readonly outputs?: Readonly<Record<string, Form>>;
}

/** The weights of `tinyBackbone`: `[dim, 3, 2, 2]`. */
export function tinyKernel(dim: number): Float32Array {
  const random = new Random(4, 'tiny backbone');
  return Float32Array.from({ length: dim * 12 }, () => random.normal());
}

/** A convolution of 2 × 2 pixels with stride 2; a vector is its mean over all places, tokens are its places row by row. */
export function tinyBackbone(options: TinyOptions = {}): Uint8Array {
  const { side = 8, dim = 5, batch = 'batch_size', layout = 'nchw', type = 'float32' } = options;
  const dims = layout === 'nchw' ? [batch, 3, side, side] : [batch, side, side, 3];
  const raw = input('pixel_values', dims, type);
  const floats = type === 'uint8' ? cast(raw, 'float32') : raw;
  const planes = layout === 'nchw' ? floats : transpose(floats, [0, 3, 1, 2]);
  const map = conv2d(planes, constant(tinyKernel(dim), [dim, 3, 2, 2]), { stride: 2 });
  const places = reshape(map, [batch, dim, (side / 2) ** 2]);
  const forms: Record<Form, () => Tensor> = {
    vector: () => mean(places, { axes: 2 }),
    tokens: () => transpose(places, [0, 2, 1]),
    map: () => map,
  };
  const outputs = Object.entries<Form>(options.outputs ?? { image_embeds: 'vector' });
  return exportModel({
    inputs: [raw],
    outputs: Object.fromEntries(outputs.map(([name, form]) => [name, forms[form]()])),
    parameters: new Map(),
  });
}

/** The same as a naive loop over normalised values `[3, side, side]`: the places `[h · w, dim]`. */
export function tinyPlaces(values: ArrayLike<number>, side: number, dim: number): number[][] {
  const kernel = tinyKernel(dim);
  const places: number[][] = [];
  for (let y = 0; y < side; y += 2) {
    for (let x = 0; x < side; x += 2) {
      const place: number[] = [];
      for (let feature = 0; feature < dim; feature++) {
        let sum = 0;
        for (let c = 0; c < 3; c++) {
          for (let i = 0; i < 2; i++) {
            for (let j = 0; j < 2; j++) {
              sum += kernel[feature * 12 + c * 4 + i * 2 + j]! * values[(c * side + y + i) * side + x + j]!;
            }
          }
        }
        place.push(sum);
      }
      places.push(place);
    }
  }
  return places;
}

const FLOAT = 1;
const HALF = 10;

/** Half precision in and out, mean over the places: `[n, 3, side, side]` → `[n, 3]`. */
export function halfBackbone(side: number): Uint8Array {
  const tensor = (elemType: number, sizes: readonly (number | string)[]) => ({
    tensorType: {
      elemType,
      shape: {
        dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
      },
    },
  });
  const node = (opType: string, from: readonly string[], to: string, to32?: number) => ({
    opType,
    name: to,
    input: [...from],
    output: [to],
    attribute: to32 === undefined ? [] : [{ name: 'to', type: 2, i: to32 }],
  });
  return encodeModel({
    name: 'half',
    initializer: [],
    input: [{ name: 'pixels', type: tensor(HALF, ['n', 3, side, side]) }],
    output: [{ name: 'feature', type: tensor(HALF, ['n', 3, 1, 1]) }],
    node: [
      node('Cast', ['pixels'], 'wide', FLOAT),
      node('GlobalAveragePool', ['wide'], 'averaged'),
      node('Cast', ['averaged'], 'feature', HALF),
    ],
  });
}
