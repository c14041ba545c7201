/** Forward computation: export to plain ONNX files, and sessions that run. The first dimension may be a name. */
import type * as ort from 'onnxruntime-node';
import { emit, parametersOf } from './emit.ts';
import { bindFeeds, engine, type Feed, openSession, type SessionOptions } from './session.ts';
import type { Tensor } from './tensor.ts';

export interface ForwardGraph {
  /** Every input that the outputs need, in the order of the model's signature. */
  readonly inputs: readonly Tensor[];
  /** Output name → tensor. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

export interface ExportOptions extends ForwardGraph {
  /** Values by parameter name, as `TrainingStep.parameters()` gives them. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Custom properties written into the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Result {
  /** Row-major. Fresh for every run. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface Forward {
  /** Feeds by input name → results by output name. A named dimension takes its size from the length of the feed. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Result>>;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/**
 * The bytes of an ONNX model with the parameters baked in.
 * @throws GRAPH_INVALID an input is not listed, a parameter has no value, or a name is used twice
 */
export const exportModel = ({ inputs, outputs, parameters, metadata }: ExportOptions): Uint8Array =>
  emit({ inputs, outputs: new Map(Object.entries(outputs)), parameters, ...(metadata && { metadata }) });

/** Compiles a graph with fixed parameter values. Fastest to run; new values need a new compilation. */
export async function compileForward(options: ExportOptions & SessionOptions): Promise<Forward> {
  const session = await openSession(exportModel(options), options);
  return forwardOf(session, options.inputs, () => ({}));
}

/** Compiles a graph whose parameters are read anew at every run. */
export async function compileForwardOver(
  { inputs, outputs }: ForwardGraph,
  values: (name: string) => ort.Tensor,
  options: SessionOptions,
): Promise<Forward> {
  const names = parametersOf(Object.values(outputs)).map(({ name }) => name);
  const session = await openSession(emit({ inputs, outputs: new Map(Object.entries(outputs)) }), options);
  return forwardOf(session, inputs, () => Object.fromEntries(names.map((name) => [name, values(name)])));
}

function forwardOf(
  session: ort.InferenceSession,
  inputs: readonly Tensor[],
  parameters: () => Record<string, ort.Tensor>,
): Forward {
  return {
    async run(feeds) {
      const bound = bindFeeds(inputs, feeds);
      const results = await engine('running a graph', () => session.run({ ...bound, ...parameters() }));
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          { data: tensor.data as Float32Array, shape: tensor.dims },
        ]),
      );
    },
    dispose: () => session.release(),
  };
}
