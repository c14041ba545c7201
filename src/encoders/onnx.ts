/** Sessions of ONNX Runtime, whichever build of it the platform has. */
import { defaultThreads } from '../graph/threads.ts';
import { env, InferenceSession, Tensor } from './ort.ts';

/** Version of the runtime, for manifests. */
export const RUNTIME_VERSION: string = env.versions.common;

/** An input or output of a network, as its file declares it. */
export interface Port {
  readonly name: string;
  /** ONNX's element type (`float32`, `int64` …), or `no tensor`. */
  readonly type: string;
  /** Sizes; a name or a number below 1 is open. */
  readonly shape: readonly (number | string)[];
}

export type PortData = Float32Array | Uint16Array | Uint8Array;

export interface OnnxSession {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs the network on its one input and returns one output. Half precision goes in and comes out as its 16 bits.
   * Rejects with what the runtime throws.
   */
  run(
    input: PortData,
    dims: readonly number[],
    output: string,
  ): Promise<{ readonly data: Float32Array | Uint16Array; readonly dims: readonly number[] }>;
  /** Frees native memory; the session is unusable afterwards. */
  release(): Promise<void>;
}

/** Rejects with what the runtime throws. */
export async function openSession(onnx: Uint8Array): Promise<OnnxSession> {
  // Errors only (3): warnings of the optimiser are noise to a user.
  const threads = defaultThreads();
  const session = await InferenceSession.create(onnx, {
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  });
  const inputs = session.inputMetadata.map(portOf);
  const { name, type } = inputs[0] ?? { name: '', type: '' };
  return {
    inputs,
    outputs: session.outputMetadata.map(portOf),
    async run(data, dims, output) {
      const input = new Tensor(type as 'float32', data as Float32Array, dims);
      // Where the language has a Float16Array, half-precision bits become one, which Node's binding (1.30) cannot read:
      // it gets the bits themselves.
      if (data instanceof Uint16Array) Object.assign(input, { cpuData: data });
      const results = await session.run({ [name]: input }, [output]);
      input.dispose();
      const result = results[output]!;
      const values = result.data as Float32Array | Uint16Array;
      // Where the language has a Float16Array, the runtime returns one: its bits are what is asked for.
      const half = result.type === 'float16';
      const bits = half && new Uint16Array(values.buffer, values.byteOffset, values.length);
      return { data: bits || values, dims: result.dims };
    },
    release: () => session.release(),
  };
}

const portOf = (value: InferenceSession.ValueMetadata): Port =>
  value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'no tensor', shape: [] };
