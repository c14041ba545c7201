/** One modality in training: its network, the batches that it learns from, and what it says of items. */
import {
  adamw,
  add,
  chain,
  clipByGlobalNorm,
  compileStep,
  constant,
  exportModel,
  type Forward,
  input,
  matmul,
  pow,
  softmax,
  sub,
  type TrainingStep,
} from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import type { Inputs, Matrix, ModalityItems } from '../contract.ts';
import { gatherInputs } from '../gather-inputs.ts';
import type { Coding } from './codes.ts';
import { type CategoryNetwork, categoryNetwork, softCrossEntropy } from './network.ts';
import type { CzhashSettings } from './options.ts';
import type { Prepared } from './prepare.ts';

/** Items encoded at once where no gradient is wanted. */
const CHUNK = 1024;
/** Gradients longer than this are cut to it: pixels trained from scratch spike in their first steps. */
const GRADIENT_LIMIT = 5;
const HIDDEN = { features: 512, pixels: 128 } as const;

export interface StreamOptions {
  readonly items: ModalityItems;
  readonly prepared: Prepared;
  /** Items that it learns from. */
  readonly taught: Int32Array;
  readonly categories: number;
  readonly settings: CzhashSettings;
  readonly random: (stream: string) => Random;
  /** Tells dropout's random numbers of the modalities apart. */
  readonly number: number;
}

export class Stream {
  /** Steps in all. */
  readonly steps: number;
  readonly #network: CategoryNetwork;
  readonly #step: TrainingStep;
  readonly #forward: Forward;
  readonly #inputs: Inputs;
  readonly #taught: Int32Array;
  readonly #batch: number;
  readonly #categories: number;
  readonly #learningRate: number;
  readonly #order: Random;
  readonly #augment: Random;
  #queue: Int32Array = new Int32Array(0);
  #taken = 0;

  private constructor(
    network: CategoryNetwork,
    step: TrainingStep,
    forward: Forward,
    { items, prepared, taught, categories, settings, random }: StreamOptions,
    name: string,
  ) {
    this.#network = network;
    this.#step = step;
    this.#forward = forward;
    this.#inputs = 'side' in items.inputs ? items.inputs : prepared.rows;
    this.#taught = taught;
    this.#batch = Math.min(settings.batch, taught.length);
    this.#categories = categories;
    this.#learningRate = settings.learningRate;
    this.#order = random(`${name} batches`);
    this.#augment = random(`${name} augmentation`);
    this.steps = Math.max(settings.leastSteps, Math.floor((settings.epochs * taught.length) / this.#batch));
  }

  static async open(name: 'image' | 'text', options: StreamOptions): Promise<Stream> {
    const { items, prepared, taught, categories, settings, number } = options;
    const { inputDropout, dropout, seed, threads } = settings;
    const kind = items.preprocessing.kind === 'pixels' ? 'pixels' : 'features';
    const network = categoryNetwork(items.preprocessing, prepared, {
      hidden: settings.hidden ?? HIDDEN[kind],
      categories,
      inputDropout,
      dropout,
      seed: 2 * (seed % 2 ** 20) + number,
    });
    const batch = Math.min(settings.batch, taught.length);
    const x = network.input('x', batch);
    const q = input('q', [batch, categories]);
    const logits = network.logits(network.features(x, true));
    const loss = softCrossEntropy(logits, q);
    const step = await compileStep({
      inputs: [x, q],
      loss,
      optimizer: chain(
        clipByGlobalNorm(GRADIENT_LIMIT),
        adamw({ learningRate: settings.learningRate, weightDecay: settings.weightDecay }),
      ),
      seed: seed + number,
      ...(threads && { threads }),
    });
    const any = network.input('input', 'batch');
    const features = network.features(any, false);
    const outputs = { features, logits: network.logits(features) };
    const forward = await step.forward({ inputs: [any], outputs });
    return new Stream(network, step, forward, options, name);
  }

  /** `count` steps; `targets` gives q of items. Returns the mean loss. */
  async train(
    count: number,
    targets: (item: number) => Float32Array,
    breathe: (share: number, loss: number) => Promise<void>,
  ): Promise<number> {
    let total = 0;
    for (let at = 0; at < count; at++) {
      const items = this.#nextBatch();
      const q = new Float32Array(items.length * this.#categories);
      items.forEach((item, i) => {
        q.set(targets(item), i * this.#categories);
      });
      const learningRate =
        this.#learningRate * 0.5 * (1 + Math.cos((Math.PI * this.#step.step) / this.steps));
      const x = gatherInputs(this.#inputs, items, this.#augment);
      const { loss } = await this.#step.run({ x, q }, { learningRate });
      total += loss!;
      await breathe((at + 1) / count, total / (at + 1));
    }
    return total / Math.max(1, count);
  }

  #nextBatch(): Int32Array {
    if (this.#taken + this.#batch > this.#queue.length) {
      this.#queue = this.#order.permutation(this.#taught.length);
      this.#taken = 0;
    }
    const places = this.#queue.subarray(this.#taken, this.#taken + this.#batch);
    this.#taken += this.#batch;
    return places.map((place) => this.#taught[place]!);
  }

  /** Deep features h or logits Θ of items, as the network is now. */
  async read(items: Int32Array, what: 'features' | 'logits'): Promise<Matrix> {
    let data = new Float32Array(0);
    let cols = what === 'features' ? this.#network.width : this.#categories;
    for (let from = 0; from < items.length; from += CHUNK) {
      const chunk = items.subarray(from, from + CHUNK);
      const result = await this.#forward.run({ input: gatherInputs(this.#inputs, chunk) });
      const { data: values, shape } = result[what]!;
      cols = shape[1]!;
      if (from === 0) data = new Float32Array(items.length * cols);
      data.set(values, from * cols);
    }
    return { data, rows: items.length, cols };
  }

  /**
   * Logits of items with units dropped as in training, `passes` times: what was learned from then looks as what was not.
   * Dropout starts anew with every call, so that watching one round changes nothing in the next.
   */
  async readNoisy(items: Int32Array, passes: number): Promise<Matrix[]> {
    const x = this.#network.input('input', CHUNK);
    const dropped = this.#network.logits(this.#network.features(x, true));
    const forward = await this.#step.forward({ inputs: [x], outputs: { logits: dropped } });
    const cols = this.#categories;
    const found: Matrix[] = [];
    for (let pass = 0; pass < passes; pass++) {
      const data = new Float32Array(items.length * cols);
      for (let from = 0; from < items.length; from += CHUNK) {
        const count = Math.min(CHUNK, items.length - from);
        // The last chunk is filled up: dropout draws for whole chunks.
        const chunk = Int32Array.from({ length: CHUNK }, (_, i) => items[from + Math.min(i, count - 1)]!);
        const { logits } = await forward.run({ input: gatherInputs(this.#inputs, chunk) });
        data.set(logits!.data.subarray(0, count * cols), from * cols);
      }
      found.push({ data, rows: items.length, cols });
    }
    return found; // the step frees the session with its own
  }

  /** The encoder as it stands: `input` → Rᵀ(p^α − mean). */
  onnx({ mean: centre, weights }: Coding, bonus: Float32Array, power: number): Uint8Array {
    const { x, prepared } = this.#network.raw('input', 'batch');
    const logits = this.#network.logits(this.#network.features(prepared, false));
    const powers = pow(softmax(add(logits, constant(bonus, [1, bonus.length]))), power);
    const centred = sub(powers, constant(centre, [1, centre.length]));
    const code = matmul(centred, constant(weights, [centre.length, weights.length / centre.length]));
    return exportModel({ inputs: [x], outputs: { code }, parameters: this.#step.parameters() });
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}
