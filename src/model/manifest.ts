/** `model.json`: what a model is, what made it, and the SHA-256 of every file beside it. */
import { z } from 'zod';
import { canonicalJson } from '../data/canonical.ts';
import { sha256 } from '../data/sha256.ts';
import { UnseenError } from '../errors.ts';

export const MODEL_FORMAT = 'unseen-model/1';
export const MANIFEST_FILE = 'model.json';

/** A manifest of 100,000 classes stays below 10 MB; what is larger is no manifest. */
export const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
/** The limit of ONNX itself: protocol buffers end at 2 GiB. */
const MAX_FILE_BYTES = 2 ** 31 - 1;
/** Decoded pictures are at most this many pixels wide; larger would be a mistake or an attack. */
const MAX_SIDE = 1024;
const MAX_DIM = 2 ** 20;

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lowercase hexadecimal');
const count = z.number().int().min(0);
/** A plain name: no folder, nothing hidden, nothing that a file system reads as something else. */
const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/);

const preprocessing = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('features'),
    dim: z.number().int().min(1).max(MAX_DIM),
    extractor: z.string().max(100).optional(),
    backbone: z.strictObject({ onnx: z.string(), config: z.string() }).optional(),
  }),
  z.strictObject({ kind: z.literal('pixels'), side: z.number().int().min(1).max(MAX_SIDE) }),
  z.strictObject({ kind: z.literal('text'), dim: z.number().int().min(1).max(MAX_DIM), file: z.string() }),
]);

const encoder = z.strictObject({ file: z.string(), preprocessing });

const body = z.strictObject({
  format: z.literal(MODEL_FORMAT),
  /** As on the command line. */
  method: z.string().min(1).max(100),
  bits: z.number().int().min(8).max(4096).multipleOf(8),
  seed: z.number().int(),
  /** The method's own settings, all of them, defaults included. */
  settings: z.record(z.string(), z.json()),
  dataset: z.strictObject({ name: z.string(), fingerprint: z.string() }),
  split: z.strictObject({ protocol: z.string(), hash: z.string() }),
  /** Every class of the dataset; `seen` and `unseen` are indexes into `names`. */
  classes: z.strictObject({ names: z.array(z.string()), seen: z.array(count), unseen: z.array(count) }),
  /** The class embeddings that training used: `[classes, dim]` in an `.npy` file; `null` if it used none. */
  classEmbeddings: z.strictObject({ file: z.string(), dim: z.number().int().min(1).max(MAX_DIM) }).nullable(),
  encoders: z.strictObject({ image: encoder.optional(), text: encoder.optional() }),
  files: z.record(
    z.string(),
    z.strictObject({ bytes: z.number().int().min(0).max(MAX_FILE_BYTES), sha256: hex }),
  ),
  versions: z.strictObject({ unseen: z.string(), onnxruntime: z.string() }),
});

const schema = body.extend({ fingerprint: hex });

export type ManifestBody = z.infer<typeof body>;
/** A manifest with its own SHA-256, which covers the files through their hashes: the model's fingerprint. */
export type ModelManifest = z.infer<typeof schema>;

/** How a raw input becomes what the ONNX encoder takes. */
export type Preprocessing =
  | {
      readonly kind: 'features';
      readonly dim: number;
      readonly extractor?: string;
      /** The files of the network that `extractor` names. */
      readonly backbone?: { readonly onnx: string; readonly config: string };
    }
  | { readonly kind: 'pixels'; readonly side: number }
  /** `file` is a `WordEncoder`: vocabulary, weights and vectors of words. */
  | { readonly kind: 'text'; readonly dim: number; readonly file: string };

/** The files that preprocessing needs beside the ONNX encoder. */
export function filesOf(preprocessing: Preprocessing): string[] {
  if (preprocessing.kind === 'text') return [preprocessing.file];
  if (preprocessing.kind === 'features' && preprocessing.backbone) {
    const { onnx, config } = preprocessing.backbone;
    return [onnx, config];
  }
  return [];
}

export const sealManifest = async (manifest: ManifestBody): Promise<ModelManifest> => ({
  ...manifest,
  fingerprint: await fingerprintOf(manifest),
});

export const writeManifest = (manifest: ModelManifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/**
 * Reads and verifies a `model.json`; `file` is named in errors.
 * @throws `MODEL_MANIFEST_INVALID`, `MODEL_FORMAT_UNKNOWN`, `MODEL_PATH_OUTSIDE`, `MODEL_HASH_MISMATCH`
 */
export async function readManifest(bytes: Uint8Array, file: string): Promise<ModelManifest> {
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnseenError(
      'MODEL_MANIFEST_INVALID',
      { file, field: 'JSON', reason: String(cause) },
      { cause },
    );
  }
  // The version first: an unknown one may have any other fields.
  const format = typeof raw === 'object' && raw !== null && 'format' in raw ? raw.format : undefined;
  if (format !== MODEL_FORMAT) {
    throw new UnseenError('MODEL_FORMAT_UNKNOWN', { file, received: format ?? 'none', known: MODEL_FORMAT });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join('.') || 'manifest';
    throw new UnseenError('MODEL_MANIFEST_INVALID', { file, field, reason: issue.message });
  }
  const manifest = parsed.data;
  // Paths before the hash: who forges a path forges the hash too, and the path is what to say.
  checkFiles(manifest, file);
  const { fingerprint, ...rest } = raw as ModelManifest;
  const actual = await fingerprintOf(rest);
  if (actual !== fingerprint) {
    const values = { file, what: 'its SHA-256', received: actual, expected: fingerprint };
    throw new UnseenError('MODEL_HASH_MISMATCH', values);
  }
  return manifest;
}

/** Every named file is plain, and named once in `files`; nothing else is. */
function checkFiles(manifest: ModelManifest, file: string): void {
  const used = new Map<string, string>();
  for (const [name, encoder] of Object.entries(manifest.encoders)) {
    if (!encoder) continue;
    used.set(`encoders.${name}`, encoder.file);
    for (const [i, needed] of filesOf(encoder.preprocessing as Preprocessing).entries())
      used.set(`encoders.${name}.preprocessing.${i}`, needed);
  }
  if (manifest.classEmbeddings) used.set('classEmbeddings', manifest.classEmbeddings.file);
  for (const name of [...used.values(), ...Object.keys(manifest.files)]) {
    if (!fileName.safeParse(name).success || name === MANIFEST_FILE) {
      throw new UnseenError('MODEL_PATH_OUTSIDE', { file, received: name });
    }
  }
  const invalid = (field: string, reason: string): UnseenError =>
    new UnseenError('MODEL_MANIFEST_INVALID', { file, field, reason });
  if (Object.keys(manifest.encoders).length === 0) throw invalid('encoders', 'must name at least one');
  for (const [field, name] of used) {
    if (!Object.hasOwn(manifest.files, name)) throw invalid(field, `"${name}" is missing in files`);
  }
  const names = new Set(used.values());
  for (const name of Object.keys(manifest.files)) {
    if (!names.has(name)) throw invalid('files', `"${name}" belongs to nothing`);
  }
  const { names: classes, seen, unseen } = manifest.classes;
  const embeddings = manifest.classEmbeddings;
  if (embeddings && manifest.files[embeddings.file]!.bytes !== classes.length * embeddings.dim * 4) {
    throw invalid('classEmbeddings', `must hold ${classes.length} × ${embeddings.dim} float32 values`);
  }
  if ([...seen, ...unseen].some((index) => index >= classes.length)) {
    throw invalid('classes', `an index is not below ${classes.length}`);
  }
}

/** SHA-256 of the fields in a fixed order, so that the layout of the text does not matter. */
const fingerprintOf = (manifest: ManifestBody): Promise<string> => sha256(canonicalJson(manifest));
