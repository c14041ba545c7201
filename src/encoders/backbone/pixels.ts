/** Pixels → the values that a network takes: the centre cut out, normalised, in its order of axes and channels. */

import type { PortData } from '../onnx.ts';
import type { BackboneConfig } from './config.ts';
import { encodeFloat16 } from './float16.ts';
import type { PictureInput } from './signature.ts';

type Preparation = Pick<BackboneConfig, 'side' | 'resize' | 'layout' | 'channels' | 'scale' | 'mean' | 'std'>;

/** `[n, resize, resize, 3]` uint8 RGB → `[n, 3, side, side]` or `[n, side, side, 3]` of the input's type. */
export type Prepare = (pixels: Uint8Array) => PortData;

/**
 * A pixel has 256 values and three channels, so (pixel · scale − mean) / std is computed 768 times and looked up.
 * The difference of `resize` and `side` is cut off on all sides; where it is odd, one pixel more at the right and below.
 */
export function preparation(config: Preparation, type: PictureInput['type']): Prepare {
  const { side, resize, layout, channels } = config;
  const tables = [0, 1, 2].map((channel) => valuesOf(config, channel, type));
  const first = Math.floor((resize - side) / 2);
  const plane = side * side;
  return (pixels) => {
    const count = pixels.length / (resize * resize * 3);
    const target = allocate(type, count * plane * 3);
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel]!;
      const place = channels === 'rgb' ? channel : 2 - channel;
      const step = layout === 'nchw' ? 1 : 3;
      for (let picture = 0; picture < count; picture++) {
        let to = picture * plane * 3 + (layout === 'nchw' ? place * plane : place);
        for (let y = 0; y < side; y++) {
          let from = ((picture * resize + first + y) * resize + first) * 3 + channel;
          for (let x = 0; x < side; x++) {
            target[to] = table[pixels[from]!]!;
            to += step;
            from += 3;
          }
        }
      }
    }
    return target;
  };
}

function valuesOf({ scale, mean, std }: Preparation, channel: number, type: PictureInput['type']): PortData {
  const values = Float32Array.from(
    { length: 256 },
    (_, pixel) => (pixel * scale - mean[channel]!) / std[channel]!,
  );
  if (type === 'float16') return encodeFloat16(values);
  return type === 'uint8' ? Uint8Array.from(values) : values;
}

function allocate(type: PictureInput['type'], length: number): PortData {
  if (type === 'float16') return new Uint16Array(length);
  return type === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
}
