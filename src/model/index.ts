export { RUNTIME_VERSION } from '../encoders/onnx.ts';
export type { EncoderInput } from './inputs.ts';
export { MODEL_FORMAT, type ModelManifest, type Preprocessing } from './manifest.ts';
export { type EncodeOptions, Model, type TrainedEncoder, type TrainedEncoders } from './model.ts';
export { UNSEEN_VERSION } from './version.ts';
