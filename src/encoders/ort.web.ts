/** ONNX Runtime for browsers: WebAssembly on the processor, the build without WebGPU, which is half as large. */
export { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
