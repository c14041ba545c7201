/** What a backbone is called in datasets and models: by content, so that equal names mean equal features. */
import { canonicalJson } from '../../data/canonical.ts';
import type { BackboneFiles } from '../../data/dataset.ts';
import { sha256 } from '../../data/sha256.ts';

/** `onnx:` and the first 16 hex digits of a SHA-256 over the file and the config's text. */
export async function backboneName({ onnx, config }: BackboneFiles): Promise<string> {
  const identity = canonicalJson({ onnx: await sha256(onnx), config });
  return `onnx:${(await sha256(identity)).slice(0, 16)}`;
}
