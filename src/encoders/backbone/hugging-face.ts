/**
 * `preprocessor_config.json`, as Hugging Face's image processors write it → settings of a backbone.
 *
 * Its meaning depends on the processor's class where fields are left out or are plain numbers; what follows are the
 * defaults of `transformers` 4.x. What cannot be done the same way here is refused, not approximated.
 */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import type { BackboneSettings } from './config.ts';

const pixels = z.number().int().min(1).max(100_000);
const extent = z.union([
  pixels,
  z.looseObject({ shortest_edge: pixels }),
  z.looseObject({ height: pixels, width: pixels }),
]);
type Extent = z.output<typeof extent>;

/** Fields that change nothing here (`do_convert_rgb`: always) are passed over. */
const processor = z.looseObject({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: extent.nullish(),
  resample: z.number().int().nullish(),
  crop_pct: z.number().gt(0).max(1).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: extent.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: z.array(z.number()).nullish(),
  image_std: z.array(z.number()).nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
});
type Processor = z.output<typeof processor>;

/** PIL's numbers. Box (4) and Hamming (5) are nobody's default. */
const KERNELS = new Map([
  [0, 'nearest'],
  [1, 'lanczos3'],
  [2, 'linear'],
  [3, 'cubic'],
] as const);

/** Where `resample` is left out: bicubic for these classes, bilinear for the others. */
const BICUBIC = /^(CLIP|ChineseCLIP|Bit|BLIP|Siglip|DeiT|BeiT|PoolFormer)/i;
/** Where `size` is a plain number: the length of the shorter edge for these classes, of both edges for the others. */
const SHORTEST_EDGE = /^(CLIP|ChineseCLIP|Bit|ConvNext|MobileNet|MobileViT|PoolFormer)/i;
/** Below it ConvNeXt scales to size / crop_pct and cuts; from it on it squeezes. */
const CONVNEXT_SQUEEZES_FROM = 384;

/** @throws `BACKBONE_CONFIG_INVALID` naming the field that is wrong or that cannot be followed */
export function settingsFromHuggingFace(value: unknown, file: string): BackboneSettings {
  const parsed = processor.safeParse(value);
  const refuse = (where: string, reason: string): UnseenError =>
    new UnseenError('BACKBONE_CONFIG_INVALID', { file, where, reason });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw refuse(issue.path.join('.') || 'top level', issue.message);
  }
  const given = parsed.data;
  if (given.do_resize === false) throw refuse('do_resize', 'pictures are always scaled here, received false');
  if (given.do_pad) throw refuse('do_pad', 'pictures are never padded here, received true');
  if (given.rescale_offset) throw refuse('rescale_offset', 'is not followed here, received true');
  const type = given.image_processor_type ?? given.feature_extractor_type ?? '';
  // It scales by 256/224 more than `size` says.
  if (/^LeViT/i.test(type)) throw refuse('image_processor_type', `is not followed here, received ${type}`);
  const kernel = KERNELS.get((given.resample ?? (BICUBIC.test(type) ? 3 : 2)) as 2);
  if (!kernel) throw refuse('resample', `must be 0, 1, 2 or 3, received ${given.resample}`);
  const normalises = given.do_normalize ?? given.image_mean !== undefined;
  const triple = (field: 'image_mean' | 'image_std'): [number, number, number] => {
    const numbers = given[field];
    if (numbers?.length !== 3)
      throw refuse(field, `must have 3 numbers, received ${numbers?.length ?? 'none'}`);
    return numbers as [number, number, number];
  };
  return {
    ...extents(given, type, refuse),
    kernel,
    channels: given.do_flip_channel_order ? 'bgr' : 'rgb',
    scale: given.do_rescale === false ? 1 : (given.rescale_factor ?? 1 / 255),
    mean: normalises ? triple('image_mean') : 0,
    std: normalises ? triple('image_std') : 1,
  };
}

function extents(
  given: Processor,
  type: string,
  refuse: (where: string, reason: string) => UnseenError,
): Pick<BackboneSettings, 'side' | 'resize' | 'fit'> {
  const { size, crop_size: cropSize } = given;
  if (size == null) throw refuse('size', 'is missing');
  const square = (where: string, value: Extent): number => {
    if (typeof value === 'number') return value;
    if ('shortest_edge' in value) return value.shortest_edge as number;
    if (value.height === value.width) return value.height as number;
    throw refuse(where, `must be square, received ${value.height} × ${value.width}`);
  };
  const resize = square('size', size);
  const shorterEdge = typeof size === 'number' ? SHORTEST_EDGE.test(type) : 'shortest_edge' in size;
  if (/^ConvNext/i.test(type)) {
    if (resize >= CONVNEXT_SQUEEZES_FROM) return { side: resize, resize, fit: 'fill' };
    const enlarged = Math.trunc(resize / (given.crop_pct ?? 224 / 256));
    return { side: resize, resize: enlarged, fit: 'cover' };
  }
  const crops = given.do_center_crop ?? cropSize != null;
  // Uncropped, the shorter edge alone leaves pictures of many shapes; networks here take squares, so the centre is cut.
  const side = crops && cropSize != null ? square('crop_size', cropSize) : resize;
  if (side > resize) throw refuse('crop_size', `must be at most size ${resize}, received ${side}`);
  return { side, resize, fit: shorterEdge ? 'cover' : 'fill' };
}
