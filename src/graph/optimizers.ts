/**
 * Optimisers as chains of gradient transformations, like optax: `adamw = chain(scaleByAdam(), addDecayedWeights(…),
 * scaleByLearningRate())`. A transformation maps updates to updates symbolically; the last result is added to the
 * parameters. All of it becomes part of the training step's graph.
 */
import { UnseenError } from '../errors.ts';
import { add, div, maximum, minimum, mul, sqrt, square } from './elementwise.ts';
import { sum } from './reduce.ts';
import type { Schedule } from './schedules.ts';
import type { Parameter, Tensor } from './tensor.ts';

/** What the host knows at a step. */
export interface HostState {
  /** Index of the step, from 0. */
  readonly step: number;
  /** The rate given to this run, if any. */
  readonly learningRate: number | undefined;
}

export interface UpdateContext {
  /** A scalar that the host computes in double precision before every step. */
  scalar(value: (host: HostState) => number): Tensor;
  /** One tensor of memory beside a parameter, of its shape, zero at first. `slot` names it. */
  memory(parameter: Parameter, slot: string): Memory;
}

export interface Memory {
  readonly value: Tensor;
  /** Says what the value is at the next step. */
  set(next: Tensor): void;
}

export type Updates = ReadonlyMap<Parameter, Tensor>;
/** Gradients in, updates out. */
export type Optimizer = (updates: Updates, context: UpdateContext) => Updates;

const each = (updates: Updates, change: (update: Tensor, parameter: Parameter) => Tensor): Updates =>
  new Map([...updates].map(([parameter, update]) => [parameter, change(update, parameter)]));

function legal(name: string, value: number, ok: boolean, range: string): void {
  if (!ok) throw new UnseenError('ARGUMENT_INVALID', { name, reason: `must be ${range}`, received: value });
}

/** Transformations one after the other. */
export const chain =
  (...parts: readonly Optimizer[]): Optimizer =>
  (updates, context) =>
    parts.reduce((current, part) => part(current, context), updates);

/** Scales all updates together so that their joint L2 norm is at most `limit` (> 0). */
export function clipByGlobalNorm(limit: number): Optimizer {
  legal('limit', limit, limit > 0, '> 0');
  return (updates) => {
    const squares = [...updates.values()].map((update) => sum(square(update)));
    if (squares.length === 0) return updates;
    const norm = sqrt(squares.reduce((total, part) => add(total, part)));
    const factor = minimum(1, div(limit, maximum(norm, 1e-12)));
    return each(updates, (update) => mul(update, factor));
  };
}

/** Momentum: v ← decay·v + g; the update is v, or decay·v + g again with Nesterov. */
export function trace(decay: number, { nesterov = false }: { readonly nesterov?: boolean } = {}): Optimizer {
  legal('momentum', decay, decay >= 0 && decay < 1, 'in [0, 1)');
  return (updates, { memory }) =>
    each(updates, (update, parameter) => {
      const velocity = memory(parameter, 'momentum');
      const next = add(mul(velocity.value, decay), update);
      velocity.set(next);
      return nesterov ? add(mul(next, decay), update) : next;
    });
}

export interface AdamOptions {
  /** Decay of the mean; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean square; default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square; default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Kingma and Ba 2015, algorithm 1. The memories hold m / (1 − β₁) and v / (1 − β₂), and all scalar factors, computed on the
 * host, are drawn together, so that large arrays are walked as seldom as possible.
 */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  legal('beta1', beta1, beta1 >= 0 && beta1 < 1, 'in [0, 1)');
  legal('beta2', beta2, beta2 >= 0 && beta2 < 1, 'in [0, 1)');
  legal('epsilon', epsilon, epsilon > 0, '> 0');
  // m̂ = meanScale · memory and √v̂ = rootScale · √memory.
  const meanScale = (step: number) => (1 - beta1) / (1 - beta1 ** (step + 1));
  const rootScale = (step: number) => Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
  return (updates, { memory, scalar }) => {
    const factor = scalar(({ step }) => meanScale(step) / rootScale(step));
    const offset = scalar(({ step }) => epsilon / rootScale(step));
    return each(updates, (gradient, parameter) => {
      const mean = memory(parameter, 'mean');
      const variance = memory(parameter, 'variance');
      const m = add(mul(mean.value, beta1), gradient);
      const v = add(mul(variance.value, beta2), square(gradient));
      mean.set(m);
      variance.set(v);
      return mul(div(m, add(sqrt(v), offset)), factor);
    });
  };
}

/** Adds `rate` × the parameter to its update; parameters made with `decay: false` are left out. */
export function addDecayedWeights(rate: number): Optimizer {
  legal('weightDecay', rate, rate >= 0, '≥ 0');
  return (updates) =>
    rate === 0
      ? updates
      : each(updates, (update, parameter) => (parameter.decay ? add(update, mul(parameter, rate)) : update));
}

/**
 * Times −(learning rate) × the parameter's own factor. The rate is the run's `learningRate` if it gives one, else
 * this schedule's.
 */
export function scaleByLearningRate(rate?: number | Schedule): Optimizer {
  return (updates, { scalar }) => {
    const descend = scalar(({ step, learningRate }) => {
      const value = learningRate ?? (typeof rate === 'function' ? rate(step) : rate);
      if (value === undefined || !Number.isFinite(value)) {
        throw new UnseenError('ARGUMENT_INVALID', {
          name: 'learningRate',
          reason: 'neither the run nor the optimiser gives a finite rate',
          received: value,
        });
      }
      return -value;
    });
    return each(updates, (update, { learningRate }) => mul(update, mul(descend, learningRate)));
  };
}

export interface SgdOptions {
  /** Rate or schedule; default: every run gives its own. */
  readonly learningRate?: number | Schedule;
  /** In [0, 1); default 0: none. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** L2 penalty added to the gradient, ≥ 0; default 0. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent as PyTorch defines it: g + decay·w, momentum, then the rate. */
export const sgd = ({
  learningRate,
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions = {}): Optimizer =>
  chain(
    addDecayedWeights(weightDecay),
    ...(momentum === 0 ? [] : [trace(momentum, { nesterov })]),
    scaleByLearningRate(learningRate),
  );

export const adam = (options: AdamOptions & { readonly learningRate?: number | Schedule } = {}): Optimizer =>
  chain(scaleByAdam(options), scaleByLearningRate(options.learningRate));

/** Adam with decoupled decay (Loshchilov and Hutter 2019); `weightDecay` ≥ 0, default 0.01. */
export const adamw = (
  options: AdamOptions & { readonly learningRate?: number | Schedule; readonly weightDecay?: number } = {},
): Optimizer =>
  chain(
    scaleByAdam(options),
    addDecayedWeights(options.weightDecay ?? 0.01),
    scaleByLearningRate(options.learningRate),
  );
