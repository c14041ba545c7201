/** DCMH's alternation: the image network, the text network, then B = sign(F + G), epoch after epoch. */
import { exportModel, type Forward, type TrainingStep } from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import type { CrossModalSet, Inputs, ModalityItems } from '../contract.ts';
import type { EncoderPair } from '../define.ts';
import { gatherInputs } from '../gather-inputs.ts';
import type { Pairs } from '../pairs.ts';
import { standardise } from '../trunk.ts';
import { buildCodeNetwork, type CodeNetwork } from './network.ts';
import { buildObjective, compileObjective } from './objective.ts';
import type { DcmhSettings } from './options.ts';

export interface DcmhTraining {
  readonly set: CrossModalSet;
  /** Labelled. */
  readonly pairs: Pairs;
  readonly settings: DcmhSettings;
  readonly random: (stream: string) => Random;
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  readonly checkpoint: (phase: string, onnx: () => EncoderPair) => Promise<void>;
}

/** Times that the encoders are handed out during training. */
const CHECKPOINTS = 4;
/** Rows encoded at once where no gradient is wanted. */
const CHUNK = 512;

export async function trainDcmh(training: DcmhTraining): Promise<EncoderPair> {
  const { set, pairs, settings, report, checkpoint } = training;
  const { epochs, bits } = settings;
  const n = pairs.image.length;
  const classes = membership(pairs.labels);
  const streams: Stream[] = [];
  const open = async (name: 'image' | 'text'): Promise<Stream> => {
    const stream = await Stream.open(name, set[name], pairs[name], classes, training);
    streams.push(stream);
    return stream;
  };
  try {
    const image = await open('image');
    const text = await open('text');
    const encoders = (): EncoderPair => ({ image: image.onnx(), text: text.onnx() });
    for (const stream of streams) await stream.encodeAll(() => report('first codes', 0));
    const targets = new Float32Array(n * bits);
    signs(image.outputs, text.outputs, targets);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const metrics: Record<string, number> = {};
      for (const [i, stream] of streams.entries()) {
        const other = streams[1 - i]!;
        const means = await stream.epoch(other.outputs, targets, epoch, (share) =>
          report(`epoch ${epoch + 1}/${epochs}`, (epoch + (i + share) / 2) / epochs),
        );
        for (const [key, value] of Object.entries(means)) metrics[`${stream.name} ${key}`] = value;
      }
      metrics.flips = signs(image.outputs, text.outputs, targets);
      const phase = `epoch ${epoch + 1}/${epochs}`;
      await report(phase, (epoch + 1) / epochs, metrics);
      const due =
        Math.floor(((epoch + 1) * CHECKPOINTS) / epochs) > Math.floor((epoch * CHECKPOINTS) / epochs);
      if (due) await checkpoint(phase, encoders);
    }
    return encoders();
  } finally {
    for (const stream of streams) await stream.dispose();
  }
}

/** B = sign(F + G), a zero as −1, into `targets`. Returns the share of entries that changed. */
function signs(f: Float32Array, g: Float32Array, targets: Float32Array): number {
  let changed = 0;
  for (let i = 0; i < targets.length; i++) {
    const sign = f[i]! + g[i]! > 0 ? 1 : -1;
    if (sign !== targets[i]) changed++;
    targets[i] = sign;
  }
  return changed / targets.length;
}

interface Membership {
  /** `[pairs, count]`, 1 where the pair has the class. */
  readonly data: Float32Array;
  readonly count: number;
}

function membership(labels: Pairs['labels']): Membership {
  const known = [...new Set(labels.flat())].sort((a, b) => a - b);
  const place = new Map(known.map((label, i) => [label, i]));
  const data = new Float32Array(labels.length * known.length);
  labels.forEach((list, row) => {
    for (const label of list) data[row * known.length + place.get(label)!] = 1;
  });
  return { data, count: known.length };
}

/** One modality: its network, and what the network has made of every pair so far. */
class Stream {
  readonly name: 'image' | 'text';
  /** F (or G), `[pairs, bits]`; the rows of a batch are renewed when its turn comes. */
  readonly outputs: Float32Array;
  readonly #network: CodeNetwork;
  readonly #step: TrainingStep;
  readonly #forward: Forward;
  readonly #inputs: Inputs;
  readonly #items: Int32Array;
  readonly #classes: Membership;
  readonly #settings: DcmhSettings;
  readonly #order: Random;
  readonly #augment: Random;

  private constructor(
    name: 'image' | 'text',
    parts: {
      network: CodeNetwork;
      step: TrainingStep;
      forward: Forward;
      inputs: Inputs;
      items: Int32Array;
      classes: Membership;
    },
    { settings, random }: DcmhTraining,
  ) {
    this.name = name;
    this.#network = parts.network;
    this.#step = parts.step;
    this.#forward = parts.forward;
    this.#inputs = parts.inputs;
    this.#items = parts.items;
    this.#classes = parts.classes;
    this.#settings = settings;
    this.#order = random(`${name} batches`);
    this.#augment = random(`${name} augmentation`);
    this.outputs = new Float32Array(parts.items.length * settings.bits);
  }

  static async open(
    name: 'image' | 'text',
    { inputs, preprocessing }: ModalityItems,
    items: Int32Array,
    classes: Membership,
    training: DcmhTraining,
  ): Promise<Stream> {
    const { settings } = training;
    const hidden = name === 'image' ? settings.hidden : settings.textHidden;
    const network = buildCodeNetwork(preprocessing, standardise(inputs), { hidden, bits: settings.bits });
    const sizes = { batch: settings.batch, pairs: items.length, classes: classes.count };
    const step = await compileObjective(buildObjective(network, sizes, settings), settings);
    const x = network.input('input', 'batch');
    const forward = await step.forward({ inputs: [x], outputs: { code: network.code(x, false) } });
    return new Stream(name, { network, step, forward, inputs, items, classes }, training);
  }

  /** Encodes all pairs with the network as it is. */
  async encodeAll(breathe: () => Promise<void>): Promise<void> {
    for (let from = 0; from < this.#items.length; from += CHUNK) {
      const rows = this.#items.subarray(from, from + CHUNK);
      const { code } = await this.#forward.run({ input: gatherInputs(this.#inputs, rows) });
      this.outputs.set(code!.data, from * this.#settings.bits);
      await breathe();
    }
  }

  /** All pairs once, in random order; a remainder smaller than a batch waits for another epoch. Returns mean losses. */
  async epoch(
    other: Float32Array,
    targets: Float32Array,
    epoch: number,
    breathe: (share: number) => Promise<void>,
  ): Promise<Record<string, number>> {
    const { batch, bits, epochs } = this.#settings;
    const order = this.#order.permutation(this.#items.length);
    const steps = Math.floor(order.length / batch);
    const sum = this.#sum();
    const means: Record<string, number> = {};
    for (let at = 0; at < steps; at++) {
      const rows = order.subarray(at * batch, (at + 1) * batch);
      const x = gatherInputs(this.#inputs, this.#itemsOf(rows), this.#augment);
      const { code } = await this.#forward.run({ input: x });
      for (const [i, row] of rows.entries()) {
        for (let k = 0; k < bits; k++) {
          // The sum of all rows follows the renewal; what of it lies outside the batch is `rest`.
          sum[k]! -= this.outputs[row * bits + k]!;
          this.outputs[row * bits + k] = code!.data[i * bits + k]!;
        }
      }
      const feeds = {
        x,
        other,
        classes: rowsOf(this.#classes.data, this.#classes.count, rows),
        allClasses: this.#classes.data,
        targets: rowsOf(targets, bits, rows),
        rest: Float32Array.from(sum),
      };
      const done = (epoch + at / steps) / epochs;
      const learningRate = this.#settings.learningRate * 0.5 * (1 + Math.cos(Math.PI * done));
      const losses = await this.#step.run(feeds, { learningRate });
      for (const [key, value] of Object.entries(losses)) means[key] = (means[key] ?? 0) + value / steps;
      for (const row of rows) for (let k = 0; k < bits; k++) sum[k]! += this.outputs[row * bits + k]!;
      await breathe((at + 1) / steps);
    }
    return means;
  }

  /** The encoder as it stands. */
  onnx(): Uint8Array {
    const x = this.#network.input('input', 'batch');
    const code = this.#network.code(x, false);
    return exportModel({ inputs: [x], outputs: { code }, parameters: this.#step.parameters() });
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }

  #itemsOf(rows: Int32Array): Int32Array {
    return rows.map((row) => this.#items[row]!);
  }

  /** Column sums of `outputs`: F 1. */
  #sum(): Float64Array {
    const { bits } = this.#settings;
    const sum = new Float64Array(bits);
    for (let i = 0; i < this.outputs.length; i++) sum[i % bits]! += this.outputs[i]!;
    return sum;
  }
}

function rowsOf(data: Float32Array, cols: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * cols);
  for (const [i, row] of rows.entries()) out.set(data.subarray(row * cols, (row + 1) * cols), i * cols);
  return out;
}
