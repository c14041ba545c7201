/**
 * The trained artefact: one ONNX encoder a modality and a manifest that says what made it.
 * Encoding streams in batches, so that memory does not grow with the number of items.
 */
import { Codes } from '../codes/index.ts';
import type { Matrix, ModalityName } from '../data/dataset.ts';
import { sha256 } from '../data/sha256.ts';
import { Backbone } from '../encoders/backbone/backbone.ts';
import { RUNTIME_VERSION } from '../encoders/onnx.ts';
import type { BadPicture } from '../encoders/pictures.ts';
import { WordEncoder } from '../encoders/text/word-encoder.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { ModelContent } from './content.ts';
import { type EncoderSession, openEncoder } from './encoder.ts';
import { readModelFolder, writeModelFolder } from './folder.ts';
import { batchesOf, type EncoderInput, isRawPictures } from './inputs.ts';
import { MODEL_FORMAT, type ModelManifest, type Preprocessing, sealManifest } from './manifest.ts';
import { UNSEEN_VERSION } from './version.ts';

/** Large enough to keep the matrix product busy, small enough to keep a batch in a few MB. */
const DEFAULT_BATCH = { features: 1024, pixels: 128, text: 1024 } as const;
const MAX_BATCH = 65_536;

export interface EncodeOptions {
  /** Rows a run of the encoder, 1 … 65,536; default 1024, 128 for pixels. The codes do not depend on it. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /**
   * Called for a picture that cannot be decoded, with its row; its code then says nothing. Without it, the first bad
   * picture ends the call with its error.
   */
  readonly onBad?: (bad: BadPicture) => void;
  /** Called after every batch. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a method hands over when training is done. */
export interface TrainedEncoders {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** All settings of the method, defaults included; plain JSON. */
  readonly settings: ModelManifest['settings'];
  readonly dataset: { readonly name: string; readonly fingerprint: string };
  readonly split: { readonly protocol: string; readonly hash: string };
  readonly classes: {
    readonly names: readonly string[];
    readonly seen: ArrayLike<number>;
    readonly unseen: ArrayLike<number>;
  };
  /** `[classes, a]`, if training used any. */
  readonly classEmbeddings?: Matrix;
  readonly encoders: Readonly<Partial<Record<ModalityName, TrainedEncoder>>>;
}

export interface TrainedEncoder {
  /** From `input` to `code`. */
  readonly onnx: Uint8Array;
  readonly preprocessing: Preprocessing;
  /** What the preprocessing names, by file name. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

export class Model {
  readonly manifest: ModelManifest;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #sessions = new Map<ModalityName, Promise<EncoderSession>>();
  #words: WordEncoder | undefined;
  #backbone: Promise<Backbone> | undefined;

  private constructor({ manifest, files }: ModelContent) {
    this.manifest = manifest;
    this.#files = files;
  }

  /**
   * Joins trained encoders to a model and opens each once, so that no broken model leaves training.
   * @throws `MODEL_ENCODER_INVALID`
   */
  static async create(trained: TrainedEncoders): Promise<Model> {
    const files = new Map<string, Uint8Array>();
    const encoders: ModelManifest['encoders'] = {};
    for (const name of ['image', 'text'] as const) {
      const encoder = trained.encoders[name];
      if (!encoder) continue;
      encoders[name] = { file: `${name}.onnx`, preprocessing: { ...encoder.preprocessing } };
      files.set(`${name}.onnx`, encoder.onnx);
      for (const [file, content] of encoder.files ?? []) files.set(file, content);
    }
    const embeddings = trained.classEmbeddings;
    if (embeddings) files.set(EMBEDDINGS_FILE, littleEndianBytes(embeddings.data));
    const facts = await Promise.all(
      Array.from(files, async ([name, content]) => {
        return [name, { bytes: content.length, sha256: await sha256(content) }] as const;
      }),
    );
    const manifest = await sealManifest({
      format: MODEL_FORMAT,
      method: trained.method,
      bits: trained.bits,
      seed: trained.seed,
      settings: trained.settings,
      dataset: { name: trained.dataset.name, fingerprint: trained.dataset.fingerprint },
      split: { protocol: trained.split.protocol, hash: trained.split.hash },
      classes: {
        names: [...trained.classes.names],
        seen: Array.from(trained.classes.seen),
        unseen: Array.from(trained.classes.unseen),
      },
      classEmbeddings: embeddings ? { file: EMBEDDINGS_FILE, dim: embeddings.cols } : null,
      encoders,
      files: Object.fromEntries(facts),
      versions: { unseen: UNSEEN_VERSION, onnxruntime: RUNTIME_VERSION },
    });
    const model = new Model({ manifest, files });
    for (const name of model.modalities) await model.#session(name);
    return model;
  }

  /**
   * Reads a model folder, in a browser from its URL; every file is verified against the manifest. Encoders are opened
   * when they are first used.
   * @throws `MODEL_FILE_MISSING`, `MODEL_MANIFEST_INVALID`, `MODEL_FORMAT_UNKNOWN`, `MODEL_PATH_OUTSIDE`,
   *   `MODEL_HASH_MISMATCH`; on a page that came over plain http `CRYPTO_UNAVAILABLE`
   */
  static async load(folder: string): Promise<Model> {
    return new Model(await readModelFolder(folder));
  }

  /**
   * Writes a folder with `model.json` and the ONNX encoders: it appears whole or not at all.
   * @throws `MODEL_EXISTS` unless `overwrite`; `MODEL_FOLDER_OCCUPIED` where the folder is no model; `FILE_UNWRITABLE`;
   *   in a browser always `BROWSER_UNSUPPORTED`
   */
  async save(folder: string, options: { readonly overwrite?: boolean } = {}): Promise<void> {
    const content = { manifest: this.manifest, files: this.#files };
    await writeModelFolder(folder, content, options.overwrite ?? false);
  }

  get method(): string {
    return this.manifest.method;
  }

  /** Length of a code. */
  get bits(): number {
    return this.manifest.bits;
  }

  /** SHA-256 of the manifest, which holds the SHA-256 of every file. Codes of two models compare only if it is equal. */
  get fingerprint(): string {
    return this.manifest.fingerprint;
  }

  /** What it encodes. */
  get modalities(): ModalityName[] {
    return (['image', 'text'] as const).filter((name) => this.manifest.encoders[name] !== undefined);
  }

  /** `[classes, a]`: the class embeddings that training used; undefined for methods that use none. */
  get classEmbeddings(): Matrix | undefined {
    const { classEmbeddings, classes } = this.manifest;
    if (!classEmbeddings) return undefined;
    const data = readLittleEndian(this.#files.get(classEmbeddings.file)!);
    return { data, rows: classes.names.length, cols: classEmbeddings.dim };
  }

  /** How a raw input of the modality becomes what its encoder takes. Throws `MODEL_MODALITY_UNKNOWN`. */
  preprocessing(modality: ModalityName): Preprocessing {
    const encoder = this.manifest.encoders[modality];
    if (!encoder) {
      throw new UnseenError('MODEL_MODALITY_UNKNOWN', {
        received: modality,
        known: this.modalities.join(', '),
      });
    }
    return encoder.preprocessing as Preprocessing;
  }

  /**
   * Codes of `n` items: the signs of `outputs`.
   * @throws `MODEL_MODALITY_UNKNOWN`, `MODEL_INPUT_SHAPE`, `MODEL_INPUT_NOT_FINITE`, `MODEL_NEEDS_FEATURES`, `ABORTED`
   */
  async encode(modality: ModalityName, input: EncoderInput, options: EncodeOptions = {}): Promise<Codes> {
    let bytes = new Uint8Array(0);
    await this.#stream(modality, input, options, (values, from, rows) => {
      if (from === 0) bytes = new Uint8Array(rows * (this.bits / 8));
      bytes.set(Codes.fromReal(values, { bits: this.bits }).bytes, from * (this.bits / 8));
    });
    return Codes.fromBytes(bytes, { bits: this.bits });
  }

  /** Real-valued codes `[n, bits]` before the sign. Throws as `encode`. */
  async outputs(modality: ModalityName, input: EncoderInput, options: EncodeOptions = {}): Promise<Matrix> {
    let data = new Float32Array(0);
    let count = 0;
    await this.#stream(modality, input, options, (values, from, rows) => {
      if (from === 0) data = new Float32Array(rows * this.bits);
      data.set(values, from * this.bits);
      count = rows;
    });
    return { data, rows: count, cols: this.bits };
  }

  /** Frees the encoders' native memory. The model stays usable: the next `encode` opens them again. */
  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    const backbone = this.#backbone;
    this.#sessions.clear();
    this.#backbone = undefined;
    await Promise.all(sessions.map(async (session) => (await session).release()));
    await (await backbone)?.dispose();
  }

  async #stream(
    modality: ModalityName,
    input: EncoderInput,
    options: EncodeOptions,
    take: (values: Float32Array, from: number, rows: number) => void,
  ): Promise<void> {
    const preprocessing = this.preprocessing(modality);
    const extractor = isRawPictures(modality, input)
      ? await this.#pictureExtractor(preprocessing)
      : undefined;
    const batchSize = options.batchSize ?? extractor?.batch ?? DEFAULT_BATCH[preprocessing.kind];
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_BATCH) {
      const reason = `must be a whole number from 1 to ${MAX_BATCH}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'batchSize', reason, received: batchSize });
    }
    const words = this.#wordEncoder(preprocessing);
    const source = batchesOf(input, preprocessing, modality, {
      ...(words && { words }),
      ...(extractor && { extractor }),
      ...(options.onBad && { onBad: options.onBad }),
    });
    const session = await this.#session(modality);
    for (let from = 0; from < source.rows; from += batchSize) {
      throwIfAborted(options.signal, 'encoding', 'No codes were returned.');
      const to = Math.min(source.rows, from + batchSize);
      const batch = await source.read(from, to);
      const values = await session.run(batch, [to - from, ...source.dims]);
      take(values, from, source.rows);
      options.onProgress?.({ done: to, total: source.rows });
    }
  }

  /**
   * Which of the texts hold no word that the text encoder knows: their codes say nothing. Empty for a model whose text
   * features came ready-made. Throws `MODEL_MODALITY_UNKNOWN`.
   */
  unknownTexts(texts: readonly (string | readonly string[])[]): number[] {
    return this.#wordEncoder(this.preprocessing('text'))?.unknown(texts) ?? [];
  }

  #wordEncoder(preprocessing: Preprocessing): WordEncoder | undefined {
    if (preprocessing.kind !== 'text') return undefined;
    this.#words ??= WordEncoder.fromBytes(this.#files.get(preprocessing.file)!);
    return this.#words;
  }

  /** The backbone that the model carries, opened by the first pictures; undefined where the extractor needs no file. */
  async #pictureExtractor(preprocessing: Preprocessing): Promise<Backbone | undefined> {
    if (preprocessing.kind !== 'features' || !preprocessing.backbone) return undefined;
    const { backbone, extractor: name } = preprocessing;
    if (!this.#backbone) {
      const onnx = this.#files.get(backbone.onnx)!;
      const config = new TextDecoder().decode(this.#files.get(backbone.config)!);
      const file = backbone.onnx;
      this.#backbone = Backbone.open({ onnx, config }, { file, ...(name !== undefined && { name }) });
      this.#backbone.catch(() => {
        this.#backbone = undefined;
      });
    }
    return this.#backbone;
  }

  #session(modality: ModalityName): Promise<EncoderSession> {
    let session = this.#sessions.get(modality);
    if (!session) {
      const { file, preprocessing } = this.manifest.encoders[modality]!;
      const pixels = preprocessing.kind === 'pixels';
      session = openEncoder(this.#files.get(file)!, {
        file,
        type: pixels ? 'uint8' : 'float32',
        dims: pixels ? [preprocessing.side, preprocessing.side, 3] : [preprocessing.dim],
        bits: this.bits,
      });
      this.#sessions.set(modality, session);
      // A failed opening is not kept: the next call tries again and fails with its own error.
      session.catch(() => this.#sessions.delete(modality));
    }
    return session;
  }
}

/** Float32, little-endian, row-major `[classes, dim]`: `numpy.fromfile(…, '<f4')` reads it. */
const EMBEDDINGS_FILE = 'class_embeddings.f32';

function littleEndianBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true);
  return new Uint8Array(view.buffer);
}

function readLittleEndian(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
