/**
 * A training step as one ONNX model: forward, gradients and the optimiser's update. What changes from step to step lives
 * in two sets of tensors; a run reads one and writes the other, then they swap, so nothing is copied. Large values that
 * can be written over where they lie have one tensor only.
 */
import * as ort from 'onnxruntime-node';
import { UnseenError } from '../errors.ts';
import { Random } from '../random.ts';
import { add } from './elementwise.ts';
import { emitStep, parametersOf } from './emit.ts';
import { compileForwardOver, type Forward, type ForwardGraph } from './forward.ts';
import { dependencies, grad } from './gradient.ts';
import { zeros } from './initializers.ts';
import type { HostState, Optimizer, UpdateContext } from './optimizers.ts';
import { bindFeeds, engine, type Feed, openSession, runInPlace, type SessionOptions } from './session.ts';
import { invalid, showShape } from './shape.ts';
import { input, Parameter, type Tensor } from './tensor.ts';

export interface StepOptions extends SessionOptions {
  /** Every input that the loss and the metrics need, with fixed sizes. */
  readonly inputs: readonly Tensor[];
  /** Scalar to make small. */
  readonly loss: Tensor;
  /** Further scalars to report. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  readonly optimizer: Optimizer;
  /** Seed of the parameters' first values. */
  readonly seed: number;
}

export interface RunOptions {
  /** Overrides the optimiser's schedule for this step. */
  readonly learningRate?: number;
}

/** A value that the step replaces: its two tensors, `current` the one to read. */
interface Slot {
  readonly source: Parameter;
  current: ort.Tensor;
  /** Undefined: the value never changes (a frozen parameter) or is written over. */
  spare: ort.Tensor | undefined;
  /** Outputs that are written over the current value: the same memory, in the shapes that the graph gives them. */
  readonly over: ReadonlyMap<string, ort.Tensor>;
}

export class TrainingStep {
  readonly #session: ort.InferenceSession;
  readonly #inputs: readonly Tensor[];
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #scalars: readonly { name: string; value: (host: HostState) => number }[];
  readonly #reports: ReadonlyMap<string, ort.Tensor>;
  readonly #options: SessionOptions;
  readonly #forwards: Forward[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #step = 0;

  /** @internal use `compileStep` */
  constructor(session: ort.InferenceSession, plan: Plan, options: StepOptions) {
    this.#session = session;
    this.#inputs = options.inputs;
    this.#scalars = plan.scalars;
    this.#options = options;
    this.#slots = new Map(
      plan.states.map((state) => [state.source.name, allocate(state, plan, options.seed)]),
    );
    this.#reports = new Map(
      plan.reports.map((name) => [name, new ort.Tensor('float32', new Float32Array(1), [])]),
    );
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One step. Calls queue up; each sees the parameters that the one before it left.
   * @returns `loss` and the metrics, all before the update
   */
  run(feeds: Readonly<Record<string, Feed>>, options: RunOptions = {}): Promise<Record<string, number>> {
    const result = this.#tail.then(() => this.#run(feeds, options));
    this.#tail = result.catch(() => {});
    return result;
  }

  async #run(
    feeds: Readonly<Record<string, Feed>>,
    { learningRate }: RunOptions,
  ): Promise<Record<string, number>> {
    const bound = bindFeeds(this.#inputs, feeds);
    const host: HostState = { step: this.#step, learningRate };
    for (const { name, value } of this.#scalars)
      bound[name] = new ort.Tensor('float32', Float32Array.of(value(host)), []);
    const fetches: Record<string, ort.Tensor> = Object.fromEntries(this.#reports);
    for (const [name, { current, spare, over }] of this.#slots) {
      bound[name] = current;
      for (const [output, tensor] of over) fetches[output] = tensor;
      if (spare) fetches[nextName(name)] = spare;
    }
    await engine('a training step', () => runInPlace(this.#session, bound, fetches));
    for (const slot of this.#slots.values()) {
      if (slot.spare) [slot.current, slot.spare] = [slot.spare, slot.current];
    }
    this.#step++;
    return Object.fromEntries(
      [...this.#reports].map(([name, tensor]) => [name, (tensor.data as Float32Array)[0]!]),
    );
  }

  /** Copies of all parameters (running statistics included) by name; the optimiser's memory is not among them. */
  parameters(): Map<string, Float32Array> {
    return this.#copies((slot) => !isMemory(slot));
  }

  /** Copies of everything that a later run needs to continue: parameters and the optimiser's memory. */
  state(): Map<string, Float32Array> {
    return this.#copies(() => true);
  }

  #copies(wanted: (slot: Slot) => boolean): Map<string, Float32Array> {
    const slots = [...this.#slots].filter(([, slot]) => wanted(slot));
    return new Map(slots.map(([name, slot]) => [name, (slot.current.data as Float32Array).slice()]));
  }

  /**
   * Replaces values by name; names that are missing keep theirs. With `step` (steps taken so far) and the values of
   * `state()`, training continues as if it had never stopped.
   * @throws ARGUMENT_INVALID a name is unknown or a length differs; then nothing is replaced
   */
  load(
    values: ReadonlyMap<string, Float32Array>,
    { step = this.#step }: { readonly step?: number } = {},
  ): void {
    for (const [name, value] of values) {
      const slot = this.#slots.get(name);
      if (!slot || slot.source.size !== value.length) {
        const reason = slot ? `holds ${slot.source.size} numbers` : 'is not part of this step';
        throw new UnseenError('ARGUMENT_INVALID', {
          name: `parameter "${name}"`,
          reason,
          received: value.length,
        });
      }
    }
    for (const [name, value] of values) (this.#slots.get(name)!.current.data as Float32Array).set(value);
    this.#step = step;
  }

  /** A forward graph over this step's own parameters: compiled once, every run reads their current values. */
  async forward(graph: ForwardGraph): Promise<Forward> {
    for (const { name, shape } of parametersOf(Object.values(graph.outputs))) {
      const own = this.#slots.get(name)?.source;
      if (!own) throw invalid('forward', `parameter "${name}" is not part of this step`);
      if (showShape(own.shape) !== showShape(shape))
        throw invalid('forward', `parameter "${name}" has another shape here`);
    }
    const inner = await compileForwardOver(graph, (name) => this.#slots.get(name)!.current, this.#options);
    // Queued behind running steps, whose outputs would otherwise be read half-written.
    const forward: Forward = {
      run: (feeds) => {
        const result = this.#tail.then(() => inner.run(feeds));
        this.#tail = result.catch(() => {});
        return result;
      },
      dispose: () => inner.dispose(),
    };
    this.#forwards.push(forward);
    return forward;
  }

  /** Frees the session and those of `forward`. */
  async dispose(): Promise<void> {
    await this.#tail;
    for (const forward of this.#forwards.splice(0)) await forward.dispose();
    await this.#session.release();
  }
}

/** Optimiser memory is named `parameter/slot` and is a parameter of its own, never differentiated. */
class MemoryParameter extends Parameter {}
const isMemory = (slot: Slot): boolean => slot.source instanceof MemoryParameter;
const nextName = (name: string): string => `${name}/next`;

interface Plan {
  readonly states: { source: Parameter; next: Tensor | undefined }[];
  readonly scalars: { name: string; value: (host: HostState) => number; tensor: Tensor }[];
  readonly reports: string[];
  readonly inPlace: ReturnType<typeof emitStep>['inPlace'];
}

function allocate({ source, next }: Plan['states'][number], { inPlace }: Plan, seed: number): Slot {
  const first = source.initializer(source.shape as number[], new Random(seed, `init/${source.name}`));
  const wrap = (data: Float32Array, shape = source.shape as readonly number[]) =>
    new ort.Tensor('float32', data, shape);
  const own = [...inPlace].filter(([, { state }]) => state === source.name);
  return {
    source,
    current: wrap(first),
    spare: next && own.length === 0 ? wrap(new Float32Array(source.size)) : undefined,
    over: new Map(own.map(([output, { shape }]) => [output, wrap(first, shape)])),
  };
}

/**
 * Builds, differentiates and compiles a training step.
 * @throws SHAPE_MISMATCH, GRAPH_INVALID while building; ENGINE_FAILED if ONNX Runtime refuses the graph
 */
export async function compileStep(options: StepOptions): Promise<TrainingStep> {
  const { loss, metrics = {}, optimizer, inputs } = options;
  const reports = new Map<string, Tensor>([['loss', loss]]);
  for (const [name, tensor] of Object.entries(metrics)) {
    if (name === 'loss') throw invalid('compileStep', 'a metric cannot be called "loss"');
    reports.set(name, tensor);
  }
  for (const [name, tensor] of reports) {
    if (tensor.rank !== 0 || tensor.dtype !== 'float32') {
      throw invalid(
        'compileStep',
        `"${name}" must be a float32 scalar, received ${tensor.dtype} ${showShape(tensor.shape)}`,
      );
    }
  }

  const all = parametersOf(reports.values());
  const trained = all.filter((parameter) => parameter.learningRate > 0);
  const gradients = grad(loss, trained);
  const scalars: Plan['scalars'] = [];
  const next = new Map<Parameter, Tensor>();
  const context: UpdateContext = {
    scalar(value) {
      const name = `host/${scalars.length}`;
      const tensor = input(name, []);
      scalars.push({ name, value, tensor });
      return tensor;
    },
    memory(parameter, slot) {
      const memory = new MemoryParameter(`${parameter.name}/${slot}`, parameter.shape as number[], zeros());
      return { value: memory, set: (tensor) => void next.set(memory, tensor) };
    },
  };
  const updates = optimizer(new Map(trained.map((parameter, i) => [parameter, gradients[i]!])), context);
  for (const [parameter, update] of updates) next.set(parameter, add(parameter, update));
  for (const tensor of dependencies(reports.values())) {
    for (const { parameter, next: change } of tensor.assignments) {
      next.set(parameter, change(next.get(parameter) ?? parameter));
    }
  }
  for (const parameter of parametersOf([...reports.values(), ...next.values()])) {
    if (!next.has(parameter) && !all.includes(parameter)) all.push(parameter);
  }

  const states = [...new Set([...all, ...next.keys()])].map((source) => ({ source, next: next.get(source) }));
  const outputs = new Map(reports);
  for (const [parameter, tensor] of next) outputs.set(nextName(parameter.name), tensor);
  const { model, inPlace } = emitStep({
    inputs: [...inputs, ...scalars.map(({ tensor }) => tensor)],
    outputs,
    states: new Map([...next.keys()].map(({ name }) => [name, nextName(name)])),
  });
  const session = await openSession(model, options);
  return new TrainingStep(session, { states, scalars, reports: [...reports.keys()], inPlace }, options);
}
