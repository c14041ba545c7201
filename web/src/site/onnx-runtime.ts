/** ONNX Runtime of an exported site: a module beside the page, loaded when something is first encoded. */
const { env, InferenceSession, Tensor } = (await import(
  /* @vite-ignore */ new URL('ort/ort.js', document.baseURI).href
)) as typeof import('onnxruntime-web/wasm');
// Threads would need workers of scripts in memory, which the page's policy forbids.
env.wasm.numThreads = 1;

export { env, InferenceSession, Tensor };
