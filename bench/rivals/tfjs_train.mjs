/**
 * TensorFlow.js on WebAssembly as a training rival, with its own gradients and its own momentum optimiser.
 * Threads: its WebAssembly backend has none on Node (tensorflow/tfjs issue 3830), so it runs on one whatever is asked.
 */
import { rivalRequire, rivalVersion, serve } from './train_driver.mjs';

// Its hints about faster backends would go to stdout, where answers go.
console.log = console.info = console.warn = () => {};
const tf = rivalRequire('@tensorflow/tfjs');
const wasm = rivalRequire('@tensorflow/tfjs-backend-wasm');

class TensorFlowJs {
  async load(problem) {
    const { batch, sizes } = problem;
    this.problem = problem;
    wasm.setThreadsCount(problem.threads);
    await tf.setBackend('wasm');
    await tf.ready();
    this.x = problem.x.map((x) => tf.tensor2d(x, [batch, sizes[0]]));
    this.s = problem.s.map((s) => tf.tensor2d(s, [batch, batch]));
    const threads = tf.env().getBool('WASM_HAS_MULTITHREAD_SUPPORT') ? wasm.getThreadsCount() : 1;
    return { setting: 'variableGrads and train.momentum', threads };
  }

  reset() {
    const { weights, shapes, learningRate, momentum } = this.problem;
    tf.dispose(this.weights ?? []);
    this.optimizer?.dispose();
    this.weights = weights.map((value, i) => tf.variable(tf.tensor(value, shapes[i])));
    this.optimizer = tf.train.momentum(learningRate, momentum);
  }

  async step(i) {
    const at = i % this.x.length;
    const value = this.optimizer.minimize(() => this.loss(this.x[at], this.s[at]), true, this.weights);
    const [number] = await value.data();
    value.dispose();
    return number;
  }

  loss(x, s) {
    const [w1, b1, w2, b2] = this.weights;
    const h = tf.relu(tf.add(tf.matMul(x, w1), b1));
    const code = tf.add(tf.matMul(h, w2), b2);
    const theta = tf.mul(tf.matMul(code, code, false, true), 0.5);
    return tf.mean(tf.sub(softplus(theta), tf.mul(s, theta)));
  }

  async parameters() {
    return await Promise.all(this.weights.map((weight) => weight.data()));
  }
}

/** log(1 + eˣ) from what the WebAssembly backend has. */
const softplus = (x) => tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));

await serve(new TensorFlowJs(), rivalVersion('@tensorflow/tfjs'));
