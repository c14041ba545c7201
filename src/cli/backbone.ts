/** `--backbone` and its companions: features of a dataset's pictures by an ONNX file. */
import { type Command, Option } from 'commander';
import type { Dataset } from '../data/index.ts';
import { PRESET_NAMES } from '../encoders/backbone/config.ts';
import { UnseenError } from '../errors.ts';
import type { Call } from './command.ts';

export interface BackboneOptions {
  readonly backbone?: string;
  readonly backboneConfig?: string;
  readonly backbonePreset?: string;
}

export const addBackboneOptions = (command: Command): Command =>
  command
    .option('--backbone <file>', 'ONNX network that makes features of the pictures (docs/backbones.md)')
    .option(
      '--backbone-config <file>',
      'JSON: how pictures are prepared for it, and which output is the feature',
    )
    .addOption(
      new Option(
        '--backbone-preset <name>',
        'preparation by family (default: the preprocessor_config.json beside the file)',
      ).choices(PRESET_NAMES),
    );

/** Opens the network at once, so that a wrong one is refused before any data is read, and runs `use` with what it adds. */
export async function withBackbone<T>(
  { backbone: file, backboneConfig: config, backbonePreset: preset }: BackboneOptions,
  { signal, progress }: Call,
  use: (finish: ((dataset: Dataset) => Promise<Dataset>) | undefined) => Promise<T>,
): Promise<T> {
  if (file === undefined) {
    const received = config ?? preset;
    if (received === undefined) return use(undefined);
    const name = config === undefined ? 'backbone-preset' : 'backbone-config';
    throw new UnseenError('ARGUMENT_INVALID', {
      name,
      reason: 'is for --backbone, which is missing',
      received,
    });
  }
  const { addBackboneFeatures, openBackbone } = await import('../encoders/backbone/index.ts');
  const backbone = await openBackbone(file, {
    ...(config !== undefined && { config }),
    ...(preset !== undefined && { preset }),
  });
  try {
    return await use((dataset) =>
      addBackboneFeatures(dataset, backbone, {
        signal,
        onProgress: (done, total) => progress.update(`features of ${total} pictures`, done / total),
      }),
    );
  } finally {
    await backbone.dispose();
  }
}
