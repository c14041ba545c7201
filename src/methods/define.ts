/** What all methods share: settings are checked first, then the data, then training runs, then its result becomes a model. */
import type { z } from 'zod';
import { throwIfAborted } from '../errors.ts';
import { Model } from '../model/index.ts';
import { Random } from '../random.ts';
import type { Dataset, FitOptions, HashMethod, Split, TrainingSet } from './contract.ts';
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

export interface Training<Settings> {
  readonly settings: Settings;
  readonly set: TrainingSet;
  /** An independent stream of the method's seed. */
  readonly random: (stream: string) => Random;
  /**
   * Reports progress, `done` in 0 … 1 and never falling, and throws `ABORTED` if the signal has fired.
   * Also lets the event loop breathe, so that a Ctrl-C is heard during long computations.
   */
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  /** Hands out the encoder as it stands; `onnx` is called only if somebody wants it. */
  readonly checkpoint: (phase: string, onnx: () => Uint8Array) => Promise<void>;
  /** What `fit` was called with: for measurements of the log, never for training. */
  readonly data: Dataset;
  readonly split: Split;
  readonly options: FitOptions;
}

export interface MethodDefinition<Schema extends z.ZodObject> {
  readonly name: string;
  readonly schema: Schema;
  readonly needs: TrainingNeeds;
  /** Trains and returns the image encoder as ONNX: `input` to `code`. */
  train(training: Training<z.output<Schema>>): Promise<Uint8Array>;
}

/**
 * A method from its definition: settings are parsed here, at once, so that a wrong one fails before any data is read.
 * @throws `METHOD_SETTING_UNKNOWN`, `ARGUMENT_INVALID`
 */
export function defineMethod<Schema extends z.ZodObject>(
  definition: MethodDefinition<Schema>,
  rawSettings: unknown,
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
      const setOptions: TrainingSetOptions = {
        method: name,
        needs,
        ...(input && { input }),
        ...(side && { side }),
        ...(classEmbeddings !== undefined && { classEmbeddings }),
        ...(options.signal && { signal: options.signal }),
      };
      const set = await buildTrainingSet(data, split, setOptions);
      const { bits, seed, ...rest } = common;
      const modelOf = (onnx: Uint8Array): Promise<Model> =>
        Model.create({
          method: name,
          bits,
          seed,
          settings: JSON.parse(JSON.stringify(rest)),
          dataset: data,
          split,
          classes: { names: data.classes, seen: set.seen, unseen: set.unseen },
          ...(needs.classEmbeddings && { classEmbeddings: set.classEmbeddings }),
          encoders: { image: { onnx, preprocessing: set.preprocessing } },
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
