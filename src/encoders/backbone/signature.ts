/**
 * What an ONNX file says of itself (names, types, shapes), joined with what its user says: how it is to be fed, and which
 * output is the feature. Whatever the two leave open is refused with what was found and what to pass; nothing is guessed
 * that would silently give other features.
 */
import { UnseenError } from '../../errors.ts';
import { MAX_SIDE } from '../limits.ts';
import type { Port } from '../onnx.ts';
import { BACKBONE_FORMAT, type BackboneConfig, type BackboneSettings } from './config.ts';

/** How the one input of the network takes pictures. */
export interface PictureInput {
  readonly type: 'float32' | 'float16' | 'uint8';
  readonly layout: 'nchw' | 'nhwc';
  /** Pictures a run; undefined: any number. */
  readonly batch: number | undefined;
  readonly side: number;
}

/** Preparation by a `preprocessor_config.json` or a preset: `settings` win over it. */
export interface Basis {
  readonly settings: BackboneSettings;
  /** A preset stands for a family whose networks come in several sizes: its side follows the network's. */
  readonly kind: 'preset' | 'preprocessor_config.json';
}

export const backboneInvalid = (file: string, reason: string, advice: string, cause?: unknown): UnseenError =>
  new UnseenError('BACKBONE_INVALID', { file, reason, advice }, { cause });

const open = (size: number | string | undefined): boolean => typeof size !== 'number' || size < 1;
const describe = ({ name, type, shape }: Port): string =>
  `${name} ${type} [${shape.map((size) => (open(size) ? size || '?' : size)).join(', ')}]`;
const list = (ports: readonly Port[]): string => ports.map(describe).join('; ') || 'none';

/**
 * The input of a network with its axes and size; `side` undefined where neither the shape nor anyone says it.
 * @throws `BACKBONE_INVALID`
 */
export function readInput(
  inputs: readonly Port[],
  given: Pick<BackboneSettings, 'layout'>,
  file: string,
): Omit<PictureInput, 'side'> & { readonly side: number | undefined } {
  const [input] = inputs;
  if (inputs.length !== 1 || !input) {
    const both = inputs.some(({ name }) => name === 'input_ids');
    const advice = both
      ? 'This file holds the text half, too: pass the file of the image half alone (often vision_model.onnx).'
      : 'Export the image encoder alone, with pictures as its only input.';
    throw backboneInvalid(file, `it has ${inputs.length} inputs (${list(inputs)}), not one`, advice);
  }
  const { type, shape } = input;
  if (type !== 'float32' && type !== 'float16' && type !== 'uint8') {
    const advice = 'Export it with a float32, float16 or uint8 input.';
    throw backboneInvalid(file, `its input is ${describe(input)}`, advice);
  }
  if (shape.length !== 4) {
    const advice = 'A network of pictures takes [n, 3, height, width] or [n, height, width, 3].';
    throw backboneInvalid(file, `its input ${describe(input)} has ${shape.length} axes, not four`, advice);
  }
  const layout = given.layout ?? layoutOf(shape);
  if (layout === undefined) {
    const advice = 'Set "layout" to "nchw" or "nhwc" in the backbone config.';
    throw backboneInvalid(
      file,
      `its input ${describe(input)} does not say which axis holds the colours`,
      advice,
    );
  }
  const [channels, height, width] = layout === 'nchw' ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  if (!open(channels) && channels !== 3) {
    const advice =
      'Only networks of colour pictures are run; "layout" in the backbone config names the order of the axes.';
    throw backboneInvalid(file, `its input ${describe(input)} has ${channels} channels as ${layout}`, advice);
  }
  if (!open(height) && !open(width) && height !== width) {
    const advice = 'Pictures are made square here: export it with a square or open input.';
    throw backboneInvalid(file, `its input ${describe(input)} is not square`, advice);
  }
  const fixed = [height, width].find((size) => !open(size)) as number | undefined;
  return { type, layout, batch: open(shape[0]) ? undefined : (shape[0] as number), side: fixed };
}

/** The axis of size 3, or of a name like `num_channels`, if there is exactly one where it can be. */
function layoutOf(shape: Port['shape']): 'nchw' | 'nhwc' | undefined {
  const colours = (size: number | string | undefined): boolean =>
    size === 3 || (typeof size === 'string' && /chan|^c$/i.test(size));
  const [first, last] = [colours(shape[1]), colours(shape[3])];
  if (first === last) return undefined;
  return first ? 'nchw' : 'nhwc';
}

/**
 * Everything of the config but the pooling, which depends on what the network really returns.
 * @throws `BACKBONE_INVALID`
 */
export function settle(
  ports: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
  { given, basis }: { readonly given: BackboneSettings; readonly basis: Basis | undefined },
  file: string,
): Omit<BackboneConfig, 'pooling'> {
  const input = readInput(ports.inputs, given, file);
  const base = basis?.settings ?? {};
  const merged = { ...base, ...given };
  const told = given.side ?? (basis?.kind === 'preset' ? undefined : base.side);
  const side = told ?? input.side ?? base.side;
  if (side === undefined) {
    const advice = 'Set "side" (height and width in pixels) in the backbone config.';
    throw backboneInvalid(file, 'its input does not say how large pictures are', advice);
  }
  checkSide(side, input.side, basis, file);
  const asBytes = input.type === 'uint8';
  const { mean = asBytes ? 0 : undefined, std = asBytes ? 1 : undefined } = merged;
  if (mean === undefined || std === undefined) {
    const advice = `Pass a preset (--backbone-preset), or "mean" and "std" in the backbone config; 0 and 1 mean none.`;
    throw backboneInvalid(file, 'nothing says how its input is normalised', advice);
  }
  // A preset's or a processor's frame around the cut keeps its proportion when the network has another size.
  const frame = base.resize !== undefined && base.side !== undefined ? base.resize / base.side : 1;
  const resize = given.resize ?? Math.round(side * frame);
  if (resize < side || resize > MAX_SIDE) {
    const reason = `must be from side (${side}) to ${MAX_SIDE}, received ${resize}`;
    throw new UnseenError('BACKBONE_CONFIG_INVALID', { file, where: 'resize', reason });
  }
  const scale = merged.scale ?? (asBytes ? 1 : 1 / 255);
  if (asBytes && !(scale === 1 && isAll(mean, 0) && isAll(std, 1))) {
    const advice =
      'Set "scale": 1, "mean": 0 and "std": 1 in the backbone config: such a network scales by itself.';
    throw backboneInvalid(file, 'its input is uint8, which cannot hold normalised pixels', advice);
  }
  return {
    format: BACKBONE_FORMAT,
    side,
    resize,
    fit: merged.fit ?? 'cover',
    kernel: merged.kernel ?? 'lanczos3',
    layout: input.layout,
    channels: merged.channels ?? 'rgb',
    scale,
    mean: triple(mean),
    std: triple(std),
    output: chooseOutput(ports.outputs, given.output, file),
  };
}

function checkSide(side: number, fixed: number | undefined, basis: Basis | undefined, file: string): void {
  if (fixed === undefined || side === fixed) return;
  const advice = `Leave "side" out, or export the network for pictures of ${side} pixels${basis ? ` (${basis.kind} may belong to another file)` : ''}.`;
  throw backboneInvalid(
    file,
    `it takes pictures of ${fixed} × ${fixed} pixels, not ${side} × ${side}`,
    advice,
  );
}

const isAll = (value: PerChannel, number: number): boolean => triple(value).every((part) => part === number);

type PerChannel = number | readonly [number, number, number];

const triple = (value: PerChannel): [number, number, number] =>
  typeof value === 'number' ? [value, value, value] : [...value];

/** The feature among several outputs: CLIP's projected vector, a ViT's summary, its tokens. */
const PREFERRED = ['image_embeds', 'pooler_output', 'last_hidden_state'];

/**
 * The name of the output that is the feature: the one asked for; or the only one of floating point; or the first of
 * `image_embeds`, `pooler_output`, `last_hidden_state`.
 * @throws `BACKBONE_INVALID`
 */
export function chooseOutput(outputs: readonly Port[], asked: string | undefined, file: string): string {
  const usable = outputs.filter(({ type }) => type === 'float32' || type === 'float16');
  const found =
    asked === undefined && usable.length === 1
      ? usable[0]
      : (asked === undefined ? PREFERRED : [asked])
          .map((name) => usable.find((output) => output.name === name))
          .find((output) => output !== undefined);
  if (found) return found.name;
  const what =
    asked === undefined ? 'no output that is known to be a feature' : `no output "${asked}" of floats`;
  const advice = 'Set "output" in the backbone config to the name of the output to use.';
  throw backboneInvalid(file, `it has ${what}; its outputs are ${list(outputs)}`, advice);
}
