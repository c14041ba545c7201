import { describe, expect, it } from 'vitest';
import { settingsFromHuggingFace } from './hugging-face.ts';

const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];
const IMAGENET_MEAN = [0.485, 0.456, 0.406];
const IMAGENET_STD = [0.229, 0.224, 0.225];
const HALF = [0.5, 0.5, 0.5];

/** As published with openai/clip-vit-base-patch32: no rescaling is named, sizes are plain numbers. */
const clip = {
  crop_size: 224,
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'CLIPFeatureExtractor',
  image_mean: CLIP_MEAN,
  image_std: CLIP_STD,
  resample: 3,
  size: 224,
};
/** facebook/dinov2-base. */
const dinov2 = {
  crop_size: { height: 224, width: 224 },
  do_center_crop: true,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: IMAGENET_MEAN,
  image_processor_type: 'BitImageProcessor',
  image_std: IMAGENET_STD,
  resample: 3,
  rescale_factor: 0.00392156862745098,
  size: { shortest_edge: 256 },
};
/** google/vit-base-patch16-224. */
const vit = { do_normalize: true, do_resize: true, image_mean: HALF, image_std: HALF, size: 224 };

const read = (value: unknown) => settingsFromHuggingFace(value, 'preprocessor_config.json');
const rest = { channels: 'rgb', scale: 1 / 255 };

describe('a preprocessor_config.json', () => {
  it('of CLIP: shorter edge to 224, cut, bicubic', () => {
    const expected = {
      side: 224,
      resize: 224,
      fit: 'cover',
      kernel: 'cubic',
      mean: CLIP_MEAN,
      std: CLIP_STD,
      ...rest,
    };
    expect(read(clip)).toEqual(expected);
    const named = { ...clip, crop_size: { height: 224, width: 224 }, size: { shortest_edge: 224 } };
    expect(read({ ...named, image_processor_type: 'CLIPImageProcessor' })).toEqual(expected);
  });

  it('of DINOv2: shorter edge to 256, 224 out of the middle', () => {
    expect(read(dinov2)).toEqual({
      ...rest,
      side: 224,
      resize: 256,
      fit: 'cover',
      kernel: 'cubic',
      scale: 0.00392156862745098,
      mean: IMAGENET_MEAN,
      std: IMAGENET_STD,
    });
  });

  it('of ViT, DeiT and SigLIP: squeezed to a square', () => {
    const squeezed = {
      side: 224,
      resize: 224,
      fit: 'fill',
      kernel: 'linear',
      mean: HALF,
      std: HALF,
      ...rest,
    };
    expect(read(vit)).toEqual(squeezed);
    const siglip = { ...vit, image_processor_type: 'SiglipImageProcessor', resample: 3 };
    expect(read({ ...siglip, size: { height: 384, width: 384 } })).toEqual({
      ...squeezed,
      side: 384,
      resize: 384,
      kernel: 'cubic',
    });
    const deit = {
      ...vit,
      feature_extractor_type: 'DeiTFeatureExtractor',
      size: 256,
      crop_size: 224,
      resample: 3,
    };
    expect(read(deit)).toMatchObject({ side: 224, resize: 256, fit: 'fill' });
  });

  it('of ConvNeXT: more than its size, then cut; from 384 on squeezed', () => {
    const convnext = { ...vit, feature_extractor_type: 'ConvNextFeatureExtractor', crop_pct: 0.875 };
    expect(read(convnext)).toMatchObject({ side: 224, resize: 256, fit: 'cover' });
    expect(read({ ...convnext, size: { shortest_edge: 384 } })).toMatchObject({
      side: 384,
      resize: 384,
      fit: 'fill',
    });
  });

  it('of MobileViT: blue first, and nothing subtracted', () => {
    const mobile = {
      do_resize: true,
      size: 288,
      crop_size: 256,
      do_center_crop: true,
      do_flip_channel_order: true,
    };
    expect(read({ ...mobile, feature_extractor_type: 'MobileViTFeatureExtractor', resample: 2 })).toEqual({
      side: 256,
      resize: 288,
      fit: 'cover',
      kernel: 'linear',
      channels: 'bgr',
      scale: 1 / 255,
      mean: 0,
      std: 1,
    });
  });

  it('leaves the scale at 1 where it does not rescale', () => {
    expect(read({ ...vit, do_rescale: false }).scale).toBe(1);
    expect(read({ ...vit, do_normalize: false })).toMatchObject({ mean: 0, std: 1 });
  });

  it.each([
    ['do_resize', { ...vit, do_resize: false }],
    ['do_pad', { ...vit, do_pad: true }],
    ['rescale_offset', { ...vit, rescale_offset: true }],
    ['resample', { ...vit, resample: 5 }],
    ['size', { ...vit, size: { height: 224, width: 160 } }],
    ['size', { ...vit, size: null }],
    ['size', { ...vit, size: { longest_edge: 224 } }],
    ['crop_size', { ...clip, crop_size: 256 }],
    ['image_mean', { ...vit, image_mean: [0.5] }],
    ['image_std', { ...vit, image_std: undefined }],
    ['image_mean.1', { ...vit, image_mean: [0.5, 'half', 0.5] }],
    ['image_processor_type', { ...vit, image_processor_type: 'LevitImageProcessor' }],
    ['top level', ['no object']],
  ])('that asks for what is not done here is refused: %s', (where, value) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'BACKBONE_CONFIG_INVALID',
        values: expect.objectContaining({ where }),
      }),
    );
  });
});
