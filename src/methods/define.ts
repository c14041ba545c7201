/** What all methods share: settings are checked first, then the data, then training runs, then its result becomes a model. */
import type { z } from 'zod';
import { throwIfAborted } from '../errors.ts';
import { Model, type TrainedEncoders } from '../model/index.ts';
import { Random } from '../random.ts';
import type {
  CrossModalSet,
  Dataset,
  FitOptions,
  HashMethod,
  Matrix,
  Split,
  TrainingSet,
} from './contract.ts';
import { buildCrossModalSet } from './cross-modal-set.ts';
import { parseSettings } from './settings.ts';
import { buildTrainingSet, type TrainingNeeds, type TrainingSetOptions } from './training-set.ts';

/** Settings that every method has. */
export interface CommonSettings {
  readonly bits: number;
  readonly seed: number;
  readonly input?: 'features' | 'pixels' | undefined;
  readonly side?: number | undefined;
  readonly classEmbeddings?: string | undefined;
}

export interface Training<Settings, Set, Encoders> {
  readonly settings: Settings;
  readonly set: Set;
  /** An independent stream of the method's seed. */
  readonly random: (stream: string) => Random;
  /**
   * Reports progress, `done` in 0 … 1 and never falling, and throws `ABORTED` if the signal has fired.
   * Also lets the event loop breathe, so that a Ctrl-C is heard during long computations.
   */
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  /** Hands out the encoders as they stand; `onnx` is called only if somebody wants them. */
  readonly checkpoint: (phase: string, onnx: () => Encoders) => Promise<void>;
  /** What `fit` was called with: for measurements of the log, never for training. */
  readonly data: Dataset;
  readonly split: Split;
  readonly options: FitOptions;
}

interface Definition<Schema extends z.ZodObject, Set, Encoders> {
  readonly name: string;
  readonly schema: Schema;
  readonly needs: TrainingNeeds;
  /** Trains and returns ONNX from `input` to `code`. */
  train(training: Training<z.output<Schema>, Set, Encoders>): Promise<Encoders>;
}

/** Trains the image encoder. */
export type MethodDefinition<Schema extends z.ZodObject> = Definition<Schema, TrainingSet, Uint8Array>;

export interface EncoderPair {
  readonly image: Uint8Array;
  readonly text: Uint8Array;
}

/** Trains an image and a text encoder into one Hamming space. */
export type CrossModalDefinition<Schema extends z.ZodObject> = Definition<Schema, CrossModalSet, EncoderPair>;

/**
 * A method from its definition: settings are parsed here, at once, so that a wrong one fails before any data is read.
 * @throws `METHOD_SETTING_UNKNOWN`, `ARGUMENT_INVALID`
 */
export const defineMethod = <Schema extends z.ZodObject>(
  definition: MethodDefinition<Schema>,
  settings: unknown,
): HashMethod =>
  define(definition, settings, buildTrainingSet, (onnx, { preprocessing, files }) => ({
    image: { onnx, preprocessing, files },
  }));

/** The same for a method of images and texts. Throws as `defineMethod`. */
export const defineCrossModalMethod = <Schema extends z.ZodObject>(
  definition: CrossModalDefinition<Schema>,
  settings: unknown,
): HashMethod =>
  define(definition, settings, buildCrossModalSet, (onnx, set) => ({
    image: { onnx: onnx.image, preprocessing: set.image.preprocessing, files: set.image.files },
    text: { onnx: onnx.text, preprocessing: set.text.preprocessing, files: set.text.files },
  }));

interface AnySet {
  readonly classEmbeddings: Matrix;
  readonly seen: Int32Array;
  readonly unseen: Int32Array;
}

function define<Schema extends z.ZodObject, Set extends AnySet, Encoders>(
  definition: Definition<Schema, Set, Encoders>,
  rawSettings: unknown,
  buildSet: (data: Dataset, split: Split, options: TrainingSetOptions) => Promise<Set>,
  encodersOf: (onnx: Encoders, set: Set) => TrainedEncoders['encoders'],
): HashMethod {
  const { name, schema, needs } = definition;
  const settings = parseSettings(name, schema, rawSettings);
  const common = settings as unknown as CommonSettings;
  return {
    name,
    bits: common.bits,
    async fit(data, split, options = {}) {
      throwIfAborted(options.signal, 'training');
      const { input, side, classEmbeddings } = common;
      const set = await buildSet(data, split, {
        method: name,
        needs,
        ...(input && { input }),
        ...(side && { side }),
        ...(classEmbeddings !== undefined && { classEmbeddings }),
        ...(options.signal && { signal: options.signal }),
      });
      const { bits, seed, ...rest } = common;
      const modelOf = (onnx: Encoders): Promise<Model> =>
        Model.create({
          method: name,
          bits,
          seed,
          settings: JSON.parse(JSON.stringify(rest)),
          dataset: data,
          split,
          classes: { names: data.classes, seen: set.seen, unseen: set.unseen },
          ...(needs.classEmbeddings && { classEmbeddings: set.classEmbeddings }),
          encoders: encodersOf(onnx, set),
        });
      let furthest = 0;
      const onnx = await definition.train({
        settings,
        set,
        random: (stream) => new Random(common.seed, `${name}/${stream}`),
        async report(phase, done, metrics = {}) {
          furthest = Math.max(furthest, Math.min(1, done));
          options.onProgress?.({ phase, done: furthest, metrics });
          await new Promise((resume) => setImmediate(resume));
          throwIfAborted(options.signal, 'training');
        },
        async checkpoint(phase, onnx) {
          if (options.onCheckpoint) await options.onCheckpoint(await modelOf(onnx()), phase);
        },
        data,
        split,
        options,
      });
      throwIfAborted(options.signal, 'training');
      return modelOf(onnx);
    },
  };
}
