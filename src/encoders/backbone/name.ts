/** What a backbone is called in datasets and models: by content, so that equal names mean equal features. */
import { canonicalJson } from '../../data/canonical.ts';
import type { BackboneFiles } from '../../data/dataset.ts';

/** Through Web Crypto, which Node and browsers share. */
async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `onnx:` and the first 16 hex digits of a SHA-256 over the file and the config's text. */
export async function backboneName({ onnx, config }: BackboneFiles): Promise<string> {
  const identity = canonicalJson({ onnx: await sha256(onnx), config });
  return `onnx:${(await sha256(new TextEncoder().encode(identity))).slice(0, 16)}`;
}
