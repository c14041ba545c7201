/** Pretrained networks from plain arrays (a JSON of layers, one array of weights, one of biases) as ONNX files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readNpy } from '../src/data/npy.ts';
import {
  add,
  concat,
  constant,
  exportModel,
  globalAveragePool,
  input,
  minimum,
  relu,
  reshape,
  type Tensor,
} from '../src/graph/index.ts';
import { apply } from '../src/graph/tensor.ts';

interface Layer {
  readonly id: string;
  readonly type: string;
  readonly input: string | readonly string[];
  readonly inputs?: readonly string[];
  readonly stride: number;
  readonly activation: string | null;
  readonly weight_shape: readonly [number, number, number, number];
  readonly weight_offset: number;
  readonly bias_offset: number;
  readonly bias_length: number;
}

interface Network {
  readonly input: { readonly size: number };
  readonly feature: string;
  readonly logits: string;
  readonly layers: readonly Layer[];
}

async function open(folder: string, name: string) {
  const network: Network = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8'));
  const array = async (kind: string) =>
    (await readNpy(path.join(folder, `${name}_${kind}.npy`))).data as Float32Array;
  const [weights, biases] = [await array('weights_f16'), await array('biases_f32')];
  /** `pads` in ONNX's order: top, left, bottom, right. */
  const conv = (x: Tensor, layer: Layer, pads: readonly number[], stride: number): Tensor => {
    const shape = layer.weight_shape;
    const [outs, ins, height, width] = shape;
    const group = (x.shape[1] as number) / ins;
    const from = layer.weight_offset;
    const kernel = constant(weights.subarray(from, from + outs * ins * height * width), shape);
    const bias = constant(biases.subarray(layer.bias_offset, layer.bias_offset + layer.bias_length), [
      layer.bias_length,
    ]);
    const along = (axis: 0 | 1) =>
      Math.floor(
        ((x.shape[2 + axis] as number) + pads[axis]! + pads[axis + 2]! - shape[2 + axis]!) / stride,
      ) + 1;
    return apply('Conv', [x, kernel, bias], [x.shape[0]!, outs, along(0), along(1)], {
      attributes: {
        kernel_shape: { ints: [height, width] },
        strides: { ints: [stride, stride] },
        pads: { ints: pads },
        group: { i: group },
      },
    });
  };
  return { network, conv };
}

/** TensorFlow's SAME: as many outputs as ⌈size / stride⌉; an odd number of zeros puts the extra one below and right. */
function samePads(size: number, taps: number, stride: number): number[] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + taps - size);
  const before = Math.floor(total / 2);
  return [before, before, total - before, total - before];
}

/** Input `pixels` `[batch, 3, 224, 224]`; outputs `feature` `[batch, 1280]` and `logits` `[batch, 1001]`. */
export async function mobileNetV2(folder: string, batch: number | 'batch' = 'batch'): Promise<Uint8Array> {
  const { network, conv } = await open(folder, 'mobilenetv2');
  const { size } = network.input;
  const pixels = input('pixels', [batch, 3, size, size]);
  const made = new Map<string, Tensor>([['input', pixels]]);
  for (const layer of network.layers) {
    const [first, second] = [layer.inputs ?? layer.input].flat().map((id) => made.get(id)!);
    const x = first!;
    let y: Tensor;
    if (layer.type === 'add') y = add(x, second!);
    else if (layer.type === 'global_avg_pool') y = reshape(globalAveragePool(x), [batch, x.shape[1]!, 1, 1]);
    else {
      const pads = samePads(x.shape[2] as number, layer.weight_shape[2], layer.stride);
      y = conv(x, layer, pads, layer.stride);
    }
    made.set(layer.id, layer.activation === 'relu6' ? minimum(relu(y), 6) : y);
  }
  const flat = (id: string): Tensor => {
    const x = made.get(id)!;
    return reshape(x, [batch, x.shape[1]!]);
  };
  return exportModel({
    inputs: [pixels],
    outputs: { feature: flat(network.feature), logits: flat(network.logits) },
    parameters: new Map(),
  });
}

/** Fixed batch of one, as many old files have it. Outputs `feature` `[1, 512]` and `logits` `[1, 1000]`. */
export async function squeezeNet(folder: string): Promise<Uint8Array> {
  const { network, conv } = await open(folder, 'squeezenet10');
  const { size } = network.input;
  const pixels = input('data', [1, 3, size, size]);
  const layers = new Map(network.layers.map((layer) => [layer.id, layer]));
  const layer = (x: Tensor, id: string, pad = 0, stride = 1): Tensor =>
    relu(conv(x, layers.get(id)!, [pad, pad, pad, pad], stride));
  const halve = (x: Tensor): Tensor => {
    const out = Math.ceil(((x.shape[2] as number) - 3) / 2) + 1;
    return apply('MaxPool', [x], [1, x.shape[1]!, out, out], {
      attributes: { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, ceil_mode: { i: 1 } },
    });
  };
  const fire = (x: Tensor, number: number): Tensor => {
    const squeezed = layer(x, `fire${number}/squeeze1x1`);
    const wide = layer(squeezed, `fire${number}/expand3x3`, 1);
    return concat([layer(squeezed, `fire${number}/expand1x1`), wide], 1);
  };
  let x = halve(layer(pixels, 'conv1', 0, 2));
  for (const number of [2, 3, 4]) x = fire(x, number);
  x = halve(x);
  for (const number of [5, 6, 7, 8]) x = fire(x, number);
  x = fire(halve(x), 9);
  return exportModel({
    inputs: [pixels],
    outputs: { feature: globalAveragePool(x), logits: globalAveragePool(layer(x, 'conv10')) },
    parameters: new Map(),
  });
}
