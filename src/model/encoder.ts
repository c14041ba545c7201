/** One encoder of a model: an ONNX graph from `input` to the real-valued `code`. */
import { type OnnxSession, openSession } from '../encoders/onnx.ts';
import { UnseenError } from '../errors.ts';

/** One opened encoder. */
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
  const session = await openSession(onnx).catch((cause: unknown) => {
    throw invalid(expected, cause instanceof Error ? cause.message : String(cause), cause);
  });
  try {
    checkSignature(session, expected);
  } catch (error) {
    await session.release();
    throw error;
  }
  return {
    async run(data, dims) {
      const code = await session.run(data, dims, 'code');
      const rows = dims[0]!;
      if (code.dims[0] !== rows || code.dims[1] !== expected.bits) {
        throw invalid(expected, `\`code\` has shape [${code.dims}], expected [${rows},${expected.bits}]`);
      }
      return code.data as Float32Array;
    },
    release: () => session.release(),
  };
}

function checkSignature({ inputs, outputs }: OnnxSession, expected: ExpectedEncoder): void {
  const input = inputs.find(({ name }) => name === 'input');
  const code = outputs.find(({ name }) => name === 'code');
  if (inputs.length !== 1 || !input || input.type === 'no tensor') {
    throw invalid(expected, 'its one input must be a tensor called `input`');
  }
  if (code?.type !== 'float32') {
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
