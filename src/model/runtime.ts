/** The platform file of `model/`: ONNX Runtime for Node. A browser build swaps it for the web runtime. */
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { UnseenError } from '../errors.ts';

/** Version of the runtime, for the manifest. */
export const RUNTIME_VERSION: string = env.versions.common;

/** One opened encoder: from `input` to the real-valued `code`. */
export interface EncoderSession {
  /** `data` is row-major of shape `dims`; the first dimension is the batch. Returns `[dims[0], bits]`, row-major. */
  run(data: Float32Array | Uint8Array, dims: readonly number[]): Promise<Float32Array>;
  /** Frees native memory; the session is unusable afterwards. */
  release(): Promise<void>;
}

export interface ExpectedEncoder {
  /** Named in errors. */
  readonly file: string;
  readonly type: 'float32' | 'uint8';
  /** Dimensions after the batch. */
  readonly dims: readonly number[];
  readonly bits: number;
}

/**
 * Opens an encoder and compares its signature with what the manifest says.
 * @throws `MODEL_ENCODER_INVALID`
 */
export async function openEncoder(onnx: Uint8Array, expected: ExpectedEncoder): Promise<EncoderSession> {
  let session: InferenceSession;
  try {
    // Errors only (3): warnings of the optimiser are noise to a user.
    session = await InferenceSession.create(onnx, { logSeverityLevel: 3 });
  } catch (cause) {
    throw invalid(expected, cause instanceof Error ? cause.message : String(cause), cause);
  }
  try {
    checkSignature(session, expected);
  } catch (error) {
    await session.release();
    throw error;
  }
  return {
    async run(data, dims) {
      const input = new Tensor(expected.type, data as Float32Array, dims);
      const { code } = await session.run({ input }, ['code']);
      input.dispose();
      const rows = dims[0]!;
      if (code === undefined || code.dims[0] !== rows || code.dims[1] !== expected.bits) {
        throw invalid(expected, `\`code\` has shape [${code?.dims}], expected [${rows},${expected.bits}]`);
      }
      return code.data as Float32Array;
    },
    release: () => session.release(),
  };
}

function checkSignature(session: InferenceSession, expected: ExpectedEncoder): void {
  const input = session.inputMetadata.find(({ name }) => name === 'input');
  const code = session.outputMetadata.find(({ name }) => name === 'code');
  if (session.inputMetadata.length !== 1 || !input?.isTensor) {
    throw invalid(expected, 'its one input must be a tensor called `input`');
  }
  if (!code?.isTensor || code.type !== 'float32') {
    throw invalid(expected, 'it has no float32 output called `code`');
  }
  const rest = input.shape.slice(1);
  const fits = rest.every((size, i) => typeof size !== 'number' || size < 0 || size === expected.dims[i]);
  if (input.type !== expected.type || rest.length !== expected.dims.length || !fits) {
    throw invalid(
      expected,
      `\`input\` is ${input.type} [${input.shape}], the manifest says ${expected.type} [n,${expected.dims}]`,
    );
  }
}

const invalid = (expected: ExpectedEncoder, reason: string, cause?: unknown): UnseenError =>
  new UnseenError('MODEL_ENCODER_INVALID', { file: expected.file, reason }, { cause });
