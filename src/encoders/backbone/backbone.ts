/**
 * A network given as an ONNX file, as a feature extractor: pixels in, one vector a picture out. Nothing of it is
 * trained here; a method is trained on what it returns.
 */
import type { BackboneFiles } from '../../data/dataset.ts';
import { decodeFloat16 } from '../../data/float16.ts';
import { UnseenError } from '../../errors.ts';
import type { Extractor } from '../extractors.ts';
import { type OnnxSession, openSession } from '../onnx.ts';
import { type BackboneConfig, type BackboneSettings, configText, parseConfig } from './config.ts';
import { backboneName } from './name.ts';
import { type Prepare, preparation } from './pixels.ts';
import { defaultPooling, pool, pooledDim, poolingFits } from './pooling.ts';
import { type Basis, backboneInvalid, readInput, settle } from './signature.ts';

/** Pictures a run: at 224 × 224 pixels 19 MB of input, and activations of some hundred. */
const BATCH = 32;
/** As the manifest of a model. */
const MAX_DIM = 2 ** 20;
const DEFAULT_NAME = 'backbone.onnx';

export interface BackboneRequest {
  /** What the user says; wins over `basis`. */
  readonly given?: BackboneSettings;
  readonly basis?: Basis;
  /** What errors call the file. */
  readonly file?: string;
}

export class Backbone implements Extractor {
  /** `onnx:` and the first 16 hex digits of a SHA-256 of file and config: the same name makes the same features. */
  readonly name: string;
  readonly config: BackboneConfig;
  /** The ONNX file and the config as datasets and models keep them. */
  readonly files: BackboneFiles;
  /** Values a picture. */
  readonly dim: number;
  /** Pictures that are worth decoding at once. */
  readonly batch: number;
  readonly #session: OnnxSession;
  readonly #prepare: Prepare;
  /** Pictures a run if the network takes a fixed number. */
  readonly #fixed: number | undefined;
  readonly #file: string;

  private constructor(session: OnnxSession, config: BackboneConfig, facts: Facts) {
    const { type, batch } = readInput(session.inputs, config, facts.file);
    this.name = facts.name;
    this.config = config;
    this.files = facts.files;
    this.dim = facts.dim;
    this.batch = batch === undefined ? BATCH : batch * Math.max(1, Math.floor(BATCH / batch));
    this.#session = session;
    this.#prepare = preparation(config, type);
    this.#fixed = batch;
    this.#file = facts.file;
  }

  /**
   * Settles what the request leaves open by the file itself, and runs it once on a black picture.
   * @throws `BACKBONE_INVALID` with what was found and what to pass; `BACKBONE_CONFIG_INVALID`
   */
  static create(onnx: Uint8Array, request: BackboneRequest = {}): Promise<Backbone> {
    const { given = {}, basis, file = DEFAULT_NAME } = request;
    return withSession(onnx, file, async (session) => {
      const settled = settle(session, { given, basis }, file);
      const dims = await probe(session, settled, file);
      const pooling = given.pooling ?? basis?.settings.pooling ?? defaultPooling(dims.length) ?? 'none';
      const config = { ...settled, pooling };
      const dim = dimOf(config, dims, file);
      const files = { onnx, config: configText(config) };
      return new Backbone(session, config, { name: await backboneName(files), files, dim, file });
    });
  }

  /**
   * Opens what a dataset or a model kept.
   * @throws `BACKBONE_CHANGED` if it is not the one called `name`; `BACKBONE_INVALID`, `BACKBONE_CONFIG_INVALID`
   */
  static async open(
    files: BackboneFiles,
    { name: expected, file = DEFAULT_NAME }: { readonly name?: string; readonly file?: string } = {},
  ): Promise<Backbone> {
    const config = parseConfig(files.config, file.replace(/(\.onnx)?$/, '.json'));
    const name = await backboneName(files);
    if (expected !== undefined && name !== expected) {
      throw new UnseenError('BACKBONE_CHANGED', { file, received: name, expected });
    }
    return withSession(files.onnx, file, async (session) => {
      const dim = dimOf(config, await probe(session, config, file), file);
      return new Backbone(session, config, { name, files, dim, file });
    });
  }

  /** Height and width in pixels that `extract` takes: its centre of `config.side` is what the network sees. */
  get side(): number {
    return this.config.resize;
  }

  get fit(): BackboneConfig['fit'] {
    return this.config.fit;
  }

  get kernel(): BackboneConfig['kernel'] {
    return this.config.kernel;
  }

  /**
   * `[n, side, side, 3]` uint8 RGB → `[n, dim]`. A network of a fixed batch is run as often as needed, its last batch
   * filled up with black. Values may differ in the last bits with the number of pictures a run.
   * @throws `ENGINE_FAILED`
   */
  async extract(pixels: Uint8Array): Promise<Float32Array> {
    const size = this.side * this.side * 3;
    const count = pixels.length / size;
    const step = this.#fixed ?? BATCH;
    const features = new Float32Array(count * this.dim);
    for (let from = 0; from < count; from += step) {
      const taken = Math.min(step, count - from);
      let part = pixels.subarray(from * size, (from + taken) * size);
      if (this.#fixed !== undefined && taken < step) {
        const whole = new Uint8Array(step * size);
        whole.set(part);
        part = whole;
      }
      const pooled = await this.#run(part);
      features.set(pooled.subarray(0, taken * this.dim), from * this.dim);
    }
    return features;
  }

  /** Frees the native memory; the backbone is unusable afterwards. */
  dispose(): Promise<void> {
    return this.#session.release();
  }

  async #run(pixels: Uint8Array): Promise<Float32Array> {
    const { layout, output, pooling } = this.config;
    const count = pixels.length / (this.side * this.side * 3);
    const fail = (reason: string, cause?: unknown): UnseenError =>
      new UnseenError('ENGINE_FAILED', { during: `running ${this.#file}`, reason }, { cause });
    const result = await this.#session
      .run(this.#prepare(pixels), inputDims(this.config, count), output)
      .catch((cause: unknown) => {
        throw fail(messageOf(cause), cause);
      });
    const values = result.data instanceof Uint16Array ? decodeFloat16(result.data) : result.data;
    if (result.dims[0] !== count || pooledDim(result.dims, pooling, layout) !== this.dim) {
      throw fail(`${output} has shape [${result.dims}] for ${count} pictures`);
    }
    return pool(values, result.dims, pooling, layout);
  }
}

interface Facts extends Pick<Backbone, 'name' | 'files' | 'dim'> {
  readonly file: string;
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const inputDims = ({ layout, side }: Pick<BackboneConfig, 'layout' | 'side'>, count: number): number[] =>
  layout === 'nchw' ? [count, 3, side, side] : [count, side, side, 3];

/** Hands over a session, and releases it if what is built on it fails. */
async function withSession(
  onnx: Uint8Array,
  file: string,
  build: (session: OnnxSession) => Promise<Backbone>,
): Promise<Backbone> {
  const session = await openSession(onnx).catch((cause: unknown) => {
    const reason = messageOf(cause);
    const advice = /external/i.test(reason)
      ? 'Its weights lie in a second file (model.onnx_data …): save it with all weights inside, which ONNX allows up to 2 GB.'
      : 'It must be an ONNX file whose operators ONNX Runtime knows; a Git LFS pointer of 130 bytes is none.';
    throw backboneInvalid(file, `ONNX Runtime cannot load it (${reason})`, advice, cause);
  });
  try {
    return await build(session);
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** The shape of the feature's output for black pictures, checked against their number. */
async function probe(
  session: OnnxSession,
  config: Omit<BackboneConfig, 'pooling'>,
  file: string,
): Promise<readonly number[]> {
  const { type, batch = 1, side } = readInput(session.inputs, config, file);
  const { resize, output } = config;
  if (side !== undefined && side !== config.side) {
    const advice = 'The config belongs to another file: put the right two together.';
    throw backboneInvalid(
      file,
      `it takes pictures of ${side} pixels, its config says ${config.side}`,
      advice,
    );
  }
  if (!session.outputs.some(({ name }) => name === output)) {
    const advice = `Its outputs are ${session.outputs.map(({ name }) => name).join(', ')}.`;
    throw backboneInvalid(file, `it has no output called "${output}"`, advice);
  }
  const black = preparation(config, type)(new Uint8Array(batch * resize * resize * 3));
  const { dims } = await session.run(black, inputDims(config, batch), output).catch((cause: unknown) => {
    const advice = 'Check "side" and "layout" of the backbone config.';
    const reason = `it does not run on pictures of ${config.side} × ${config.side} (${messageOf(cause)})`;
    throw backboneInvalid(file, reason, advice, cause);
  });
  if (dims[0] !== batch) {
    const advice = 'The first axis of a feature is the picture: choose another "output".';
    throw backboneInvalid(file, `${output} has shape [${dims}] for ${batch} pictures`, advice);
  }
  return dims;
}

function dimOf({ pooling, layout, output }: BackboneConfig, dims: readonly number[], file: string): number {
  if (!poolingFits(pooling, dims.length)) {
    const advice =
      'Set "pooling": "cls" or "mean" for [n, tokens, d], "mean" for [n, d, h, w], "none" for all values as they are.';
    throw backboneInvalid(file, `pooling "${pooling}" does not fit ${output} of shape [${dims}]`, advice);
  }
  const dim = pooledDim(dims, pooling, layout);
  if (dim >= 1 && dim <= MAX_DIM) return dim;
  const advice = `A feature has 1 to ${MAX_DIM} values: choose another "output", or "pooling": "mean".`;
  throw backboneInvalid(file, `${output} has ${dim} values a picture`, advice);
}
