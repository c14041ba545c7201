/**
 * jax-js on WebAssembly as a training rival: the whole step (loss, gradients, momentum) in one `jit`.
 * Threads: it makes as many web workers as `navigator.hardwareConcurrency` says where the platform has them. Node has
 * neither, so both are put in its place here.
 */
import { Worker } from 'node:worker_threads';
import { rivalModule, rivalVersion, serve } from './train_driver.mjs';

const threads = Number(process.env.UNSEEN_BENCH_THREADS ?? 1);

/** The part of a web worker that jax-js uses, on Node's. */
class WebWorker {
  onmessage = null;
  #ready;
  #worker;

  constructor(url) {
    this.#ready = fetch(url)
      .then((response) => response.text())
      .then((source) => {
        const web = `const { parentPort } = require('node:worker_threads');
          globalThis.self = globalThis;
          globalThis.postMessage = (data) => parentPort.postMessage(data);
          parentPort.on('message', (data) => self.onmessage({ data }));\n`;
        this.#worker = new Worker(web + source, { eval: true });
        this.#worker.on('message', (data) => this.onmessage({ data }));
      });
  }

  postMessage(data) {
    if (this.#worker) this.#worker.postMessage(data);
    else this.#ready.then(() => this.#worker.postMessage(data));
  }
}

Object.defineProperty(globalThis, 'navigator', {
  value: { hardwareConcurrency: threads, userAgent: 'Node.js' },
});
if (threads > 1) globalThis.Worker = WebWorker;

const jax = await rivalModule('@jax-js/jax');
const { numpy: np, nn, jit, valueAndGrad, blockUntilReady } = jax;

function loss(weights, x, s) {
  const [w1, b1, w2, b2] = weights;
  const h = nn.relu(np.matmul(x, w1).add(b1));
  const code = np.matmul(h, w2).add(b2);
  const theta = np.matmul(code.ref, np.transpose(code)).mul(0.5);
  return np.mean(softplus(theta.ref).sub(s.mul(theta)));
}

/** log(1 + eˣ); its own `nn.softplus` overflows from x = 89 on. */
const softplus = (x) => nn.relu(x.ref).add(np.log1p(np.exp(np.abs(x).mul(-1))));

class JaxJs {
  async load(problem) {
    const { batch, sizes, learningRate, momentum } = problem;
    this.problem = problem;
    await jax.init();
    this.x = problem.x.map((x) => np.array(x).reshape([batch, sizes[0]]));
    this.s = problem.s.map((s) => np.array(s).reshape([batch, batch]));
    this.update = jit((weights, velocity, x, s) => {
      const [value, gradients] = valueAndGrad(loss)(
        weights.map((w) => w.ref),
        x,
        s,
      );
      const next = velocity.map((v, i) => v.mul(momentum).add(gradients[i]));
      return [weights.map((w, i) => w.sub(next[i].ref.mul(learningRate))), next, value];
    });
    return {
      setting: `jit of the whole step, ${threads > 1 ? `${threads} workers` : 'no workers'}`,
      threads,
    };
  }

  reset() {
    for (const array of [...(this.weights ?? []), ...(this.velocity ?? [])]) array.dispose();
    const { weights, shapes } = this.problem;
    this.weights = weights.map((value, i) => np.array(value).reshape(shapes[i]));
    this.velocity = shapes.map((shape) => np.zeros(shape));
  }

  async step(i) {
    const at = i % this.x.length;
    const [weights, velocity, value] = this.update(
      this.weights,
      this.velocity,
      this.x[at].ref,
      this.s[at].ref,
    );
    await blockUntilReady([weights, velocity]);
    this.weights = weights;
    this.velocity = velocity;
    return (await value.data())[0];
  }

  async parameters() {
    return await Promise.all(this.weights.map((weight) => weight.ref.data()));
  }
}

await serve(new JaxJs(), rivalVersion('@jax-js/jax'));
