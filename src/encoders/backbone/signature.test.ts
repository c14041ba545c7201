import { describe, expect, it } from 'vitest';
import type { Port } from '../onnx.ts';
import { type BackboneSettings, PRESETS } from './config.ts';
import { type Basis, chooseOutput, readInput, settle } from './signature.ts';

const port = (name: string, shape: Port['shape'], type = 'float32'): Port => ({ name, type, shape });
const pictures = (shape: Port['shape'], type?: string): Port[] => [port('pixel_values', shape, type)];
/** As Hugging Face's exporters name them. */
const open = pictures(['batch_size', 'num_channels', 'height', 'width']);
const fixed = pictures([1, 3, 224, 224]);
const vector = port('image_embeds', ['batch_size', 512]);
const tokens = port('last_hidden_state', ['batch_size', 197, 768]);
const summary = port('pooler_output', ['batch_size', 768]);

const refused = (values: Record<string, unknown>) =>
  expect.objectContaining({ code: 'BACKBONE_INVALID', values: expect.objectContaining(values) });
const settled = (inputs: readonly Port[], given: BackboneSettings = {}, basis?: Basis, outputs = [vector]) =>
  settle({ inputs, outputs }, { given, basis }, 'net.onnx');
const preset = (name: keyof typeof PRESETS): Basis => ({ kind: 'preset', settings: PRESETS[name] });

describe('the input of a network', () => {
  it('says its axes by the size 3 or by their names', () => {
    expect(readInput(fixed, {}, 'f')).toEqual({ type: 'float32', layout: 'nchw', batch: 1, side: 224 });
    expect(readInput(open, {}, 'f')).toEqual({
      type: 'float32',
      layout: 'nchw',
      batch: undefined,
      side: undefined,
    });
    expect(readInput(pictures([-1, 299, 299, 3], 'uint8'), {}, 'f')).toEqual({
      type: 'uint8',
      layout: 'nhwc',
      batch: undefined,
      side: 299,
    });
    expect(readInput(pictures(['n', 'a', 'b', 'c'], 'float16'), {}, 'f').layout).toBe('nhwc');
  });

  it('is asked for where its shape leaves it open', () => {
    const unknown = pictures(['n', 'x', 'y', 'z']);
    expect(() => readInput(unknown, {}, 'f')).toThrow(
      refused({ advice: expect.stringContaining('"layout"') }),
    );
    expect(() => readInput(pictures([1, 3, 3, 3]), {}, 'f')).toThrow(/which axis/);
    expect(readInput(unknown, { layout: 'nhwc' }, 'f').layout).toBe('nhwc');
  });

  it.each([
    ['text beside pictures', [port('input_ids', ['b', 's'], 'int64'), ...open], /text half|2 inputs/],
    ['no input', [], /0 inputs/],
    ['numbers that are no pixels', pictures(['n', 3, 8, 8], 'int64'), /int64/],
    ['features', pictures(['n', 512]), /2 axes/],
    ['grey pictures', pictures(['n', 1, 28, 28]), /which axis/],
    ['oblong pictures', pictures(['n', 3, 224, 160]), /not square/],
  ])('of %s is refused', (_, inputs, message) => {
    expect(() => readInput(inputs, {}, 'f')).toThrow(message);
  });

  it('of grey pictures is refused by their channels when the layout is given', () => {
    expect(() => readInput(pictures(['n', 1, 28, 28]), { layout: 'nchw' }, 'f')).toThrow(/1 channels/);
  });

  it('of both halves of CLIP is refused with the file to take', () => {
    const both = [port('input_ids', ['b', 's'], 'int64'), ...open];
    expect(() => readInput(both, {}, 'f')).toThrow(
      refused({ advice: expect.stringContaining('vision_model.onnx') }),
    );
  });
});

describe('the output that is the feature', () => {
  it('is the only one, the one asked for, or the first that is known to be one', () => {
    expect(chooseOutput([port('logits', ['b', 10])], undefined, 'f')).toBe('logits');
    expect(chooseOutput([tokens, summary, vector], undefined, 'f')).toBe('image_embeds');
    expect(chooseOutput([tokens, summary], undefined, 'f')).toBe('pooler_output');
    expect(chooseOutput([port('ids', [1], 'int64'), tokens], undefined, 'f')).toBe('last_hidden_state');
    expect(chooseOutput([tokens, vector], 'last_hidden_state', 'f')).toBe('last_hidden_state');
  });

  it('is asked for where there are several that nobody knows, all of them named', () => {
    const two = [port('a', ['b', 4]), port('b', ['b', 'tokens', 4], 'float16')];
    expect(() => chooseOutput(two, undefined, 'f')).toThrow('a float32 [b, 4]; b float16 [b, tokens, 4]');
    expect(() => chooseOutput(two, 'c', 'f')).toThrow('no output "c"');
    expect(() => chooseOutput([port('ids', [1], 'int64')], undefined, 'f')).toThrow('ids int64');
  });
});

describe('what is settled', () => {
  it('is never a guess of the normalisation', () => {
    expect(() => settled(fixed)).toThrow(refused({ advice: expect.stringContaining('--backbone-preset') }));
    expect(() => settled(fixed, { mean: 0 })).toThrow(/normalised/);
    expect(settled(fixed, { mean: 0.5, std: [0.1, 0.2, 0.3] })).toEqual({
      format: 'unseen-backbone/1',
      side: 224,
      resize: 224,
      fit: 'cover',
      kernel: 'lanczos3',
      layout: 'nchw',
      channels: 'rgb',
      scale: 1 / 255,
      mean: [0.5, 0.5, 0.5],
      std: [0.1, 0.2, 0.3],
      output: 'image_embeds',
    });
  });

  it('leaves bytes as they are where the network takes bytes, and refuses to change them', () => {
    const bytes = pictures(['n', 96, 96, 3], 'uint8');
    expect(settled(bytes)).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1], side: 96 });
    expect(() => settled(bytes, {}, preset('clip'))).toThrow(/uint8/);
  });

  it('takes the size of a preset only where the network leaves it open', () => {
    expect(settled(open, {}, preset('dino'))).toMatchObject({ side: 224, resize: 256 });
    expect(settled(pictures(['n', 3, 448, 448]), {}, preset('dino'))).toMatchObject({
      side: 448,
      resize: 512,
    });
    expect(settled(open, { side: 112 }, preset('dino'))).toMatchObject({ side: 112, resize: 128 });
    expect(settled(open, { side: 112, resize: 112 }, preset('dino'))).toMatchObject({
      side: 112,
      resize: 112,
    });
  });

  it('lets what the user says win over the file beside the network', () => {
    const basis: Basis = { kind: 'preprocessor_config.json', settings: { ...PRESETS.clip, channels: 'bgr' } };
    const config = settled(open, { std: 1, fit: 'fill', output: 'image_embeds' }, basis);
    expect(config).toMatchObject({
      std: [1, 1, 1],
      mean: PRESETS.clip.mean,
      fit: 'fill',
      channels: 'bgr',
      side: 224,
    });
  });

  it('refuses sizes that contradict each other, and asks for one that nobody says', () => {
    const basis: Basis = { kind: 'preprocessor_config.json', settings: PRESETS.clip };
    const large = pictures(['n', 3, 336, 336]);
    expect(() => settled(large, {}, basis)).toThrow(
      refused({ advice: expect.stringContaining('preprocessor_config.json') }),
    );
    expect(() => settled(fixed, { side: 225, mean: 0, std: 1 })).toThrow(/224 × 224/);
    expect(() => settled(open, { mean: 0, std: 1 })).toThrow(
      refused({ advice: expect.stringContaining('"side"') }),
    );
  });
});
