/** A backbone from files on disk. Node only; the rest of this folder is not. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, readJson } from '../../data/files.ts';
import { Backbone } from './backbone.ts';
import { type BackboneSettings, parseSettings, presetNamed } from './config.ts';
import { settingsFromHuggingFace } from './hugging-face.ts';
import type { Basis } from './signature.ts';

/** The limit of ONNX itself: protocol buffers end at 2 GiB. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;
const MAX_CONFIG_BYTES = 1 << 20;
const PREPROCESSOR = 'preprocessor_config.json';

export interface BackboneFileOptions {
  /** Settings, or the path of a JSON file of them; they win over all else. */
  readonly config?: BackboneSettings | string;
  /** `clip`, `dino`, `imagenet`, `siglip` or `vit`; default: what `preprocessor_config.json` says, if there is one. */
  readonly preset?: string;
}

/**
 * Opens an ONNX file. How pictures are prepared is taken, field by field, from `config`, then from the preset or else from
 * a `preprocessor_config.json` beside the file (or, as Hugging Face lays it out, beside the file's folder `onnx/`).
 *
 * @throws `FILE_UNREADABLE`, `FILE_LENGTH`, `FILE_MALFORMED`, `ARGUMENT_INVALID` (unknown preset),
 *   `BACKBONE_CONFIG_INVALID`, `BACKBONE_INVALID`
 */
export async function openBackbone(file: string, options: BackboneFileOptions = {}): Promise<Backbone> {
  const { config, preset } = options;
  const given =
    typeof config === 'string'
      ? parseSettings(await readJson(config, MAX_CONFIG_BYTES), config)
      : parseSettings(config ?? {}, 'config');
  const basis: Basis | undefined =
    preset === undefined ? await readPreprocessor(file) : { kind: 'preset', settings: presetNamed(preset) };
  const onnx = await readBounded(file, MAX_ONNX_BYTES);
  return Backbone.create(onnx, { given, ...(basis && { basis }), file });
}

async function readPreprocessor(file: string): Promise<Basis | undefined> {
  const folder = path.dirname(path.resolve(file));
  const places = [folder, ...(path.basename(folder) === 'onnx' ? [path.dirname(folder)] : [])];
  for (const place of places) {
    const found = path.join(place, PREPROCESSOR);
    const there = await access(found).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    const settings = settingsFromHuggingFace(await readJson(found, MAX_CONFIG_BYTES), found);
    return { kind: PREPROCESSOR, settings };
  }
  return undefined;
}
