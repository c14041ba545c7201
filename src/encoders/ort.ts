/** ONNX Runtime for Node. A browser loads `ort.web.ts` in its place: see "browser" in `package.json`. */
export { env, InferenceSession, Tensor } from 'onnxruntime-node';
