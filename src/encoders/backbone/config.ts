/**
 * How a picture becomes the input of an ONNX network, and which of its outputs is the feature: what a user may say
 * (`BackboneSettings`, every field optional), and what is kept beside the file (`BackboneConfig`, nothing left open, so
 * that a later version of this program cannot read a default differently).
 */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { MAX_SIDE } from '../limits.ts';

export const BACKBONE_FORMAT = 'unseen-backbone/1';

const side = z.int().min(1).max(MAX_SIDE);
const fit = z.enum(['cover', 'fill']);
const kernel = z.enum(['nearest', 'linear', 'cubic', 'lanczos3']);
const layout = z.enum(['nchw', 'nhwc']);
const channels = z.enum(['rgb', 'bgr']);
const pooling = z.enum(['cls', 'mean', 'none']);
const scale = z.number().positive().max(1e6);
const shift = z.number().min(-1e6).max(1e6);
const spread = z.number().positive().max(1e6);
const output = z.string().min(1).max(1000);

/** A value a channel in the order red, green, blue, or one for all three. */
const perChannel = (value: z.ZodNumber) => z.union([value, z.tuple([value, value, value])]);

/** What normalises ImageNet's pictures in most networks that were trained on them. */
const IMAGENET: Pick<BackboneSettings, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Preparation by the family of a network, where no `preprocessor_config.json` says it. */
export const PRESETS = {
  /** CLIP (OpenAI, OpenCLIP): Radford et al. 2021. */
  clip: {
    side: 224,
    fit: 'cover',
    kernel: 'cubic',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  /** DINO, DINOv2. */
  dino: { side: 224, resize: 256, fit: 'cover', kernel: 'cubic', ...IMAGENET },
  /** torchvision's evaluation transform: ResNet, ConvNeXt, EfficientNet … */
  imagenet: { side: 224, resize: 256, fit: 'cover', kernel: 'linear', ...IMAGENET },
  /** −1 … 1: SigLIP. */
  siglip: { side: 224, fit: 'fill', kernel: 'cubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  /** −1 … 1: ViT as Google trained it, and TensorFlow's MobileNet and Inception. */
  vit: { side: 224, fit: 'fill', kernel: 'linear', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} satisfies Record<string, BackboneSettings>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

const settings = z.strictObject({
  /** Height and width in pixels that the network takes; default: its input's shape, else the preset's. */
  side: side.optional(),
  /** Height and width that a picture is scaled to before its centre is cut out; ≥ `side`; default `side`. */
  resize: side.optional(),
  /** `cover` (default) keeps proportions and cuts; `fill` squeezes. */
  fit: fit.optional(),
  /** How pictures are scaled; default `lanczos3`. */
  kernel: kernel.optional(),
  /** Order of the input's axes; default: by its shape, where the shape says it. */
  layout: layout.optional(),
  /** Default `rgb`. `mean` and `std` are in the order red, green, blue either way. */
  channels: channels.optional(),
  /** Factor on pixels 0 … 255, before `mean` and `std`; default 1/255. */
  scale: scale.optional(),
  /** input = (pixel · scale − mean) / std */
  mean: perChannel(shift).optional(),
  std: perChannel(spread).optional(),
  /** Name of the output that is the feature; default: see `chooseOutput` in `signature.ts`. */
  output: output.optional(),
  /**
   * How an output of several vectors becomes one: the first token, the mean over tokens or places, or all of it.
   * Default: `cls` for `[n, tokens, d]`, `mean` for `[n, d, h, w]`.
   */
  pooling: pooling.optional(),
});

const three = (value: z.ZodNumber) => z.tuple([value, value, value]);

const config = z
  .strictObject({
    format: z.literal(BACKBONE_FORMAT),
    side,
    resize: side,
    fit,
    kernel,
    layout,
    channels,
    scale,
    mean: three(shift),
    std: three(spread),
    output,
    pooling,
  })
  .refine((value) => value.resize >= value.side, { message: 'must be at least side', path: ['resize'] });

export type BackboneSettings = Readonly<z.input<typeof settings>>;
export type BackboneConfig = Readonly<z.output<typeof config>>;

/** Settings as somebody wrote them. `file` is named in errors. Throws `BACKBONE_CONFIG_INVALID`. */
export const parseSettings = (value: unknown, file: string): BackboneSettings => check(settings, value, file);

/** The `backbone.json` of a dataset or a model. Throws `BACKBONE_CONFIG_INVALID`. */
export function parseConfig(text: string, file: string): BackboneConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = `must be JSON (${(cause as Error).message})`;
    throw new UnseenError('BACKBONE_CONFIG_INVALID', { file, where: 'text', reason }, { cause });
  }
  return check(config, value, file);
}

/** The text of `backbone.json`; the same settings give the same text. */
export const configText = (value: BackboneConfig): string =>
  `${JSON.stringify(check(config, value, 'backbone.json'), null, 1)}\n`;

/** A preset by its name on the command line. Throws `ARGUMENT_INVALID`. */
export function presetNamed(name: string): BackboneSettings {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName];
  const reason = `must be one of ${PRESET_NAMES.join(', ')}`;
  throw new UnseenError('ARGUMENT_INVALID', { name: 'preset', reason, received: name });
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join('.') || 'top level';
  throw new UnseenError('BACKBONE_CONFIG_INVALID', { file, where, reason: issue.message });
}
