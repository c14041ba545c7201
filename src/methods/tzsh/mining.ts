/** One mining: pool and source through the network as it is, then coarse and fine. */

import { takeRows } from '../../data/index.ts';
import type { Forward, TrainingStep } from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import { seenLabels } from '../batches.ts';
import type { Inputs, Matrix, TrainingSet } from '../contract.ts';
import { groupMeans } from '../dense.ts';
import { forwardRows } from '../forward-rows.ts';
import { type Assignment, refinePrototypes } from '../prototypes.ts';
import { similaritySpace } from '../similarity-space.ts';
import { clusterPool, semanticSeeds } from './coarse.ts';
import type { PairScorer } from './fine.ts';
import type { Network } from './network.ts';
import type { TzshSettings } from './options.ts';

/** Source rows that estimate the within-class covariance: this many for every dimension, but at least some thousands. */
const COVARIANCE_ROWS = { perDimension: 8, atLeast: 4000 };
/** What mining sees of an item. */
const VIEWS = ['features', 'semantic', 'z'] as const;

export interface Mined {
  readonly assignment: Assignment;
  /** The pair scorer's view of the pool `[m, PAIR_DIM]`. */
  readonly z: Matrix;
  readonly scorer: PairScorer;
}

export class Miner {
  readonly #forward: Forward;
  readonly #step: TrainingStep;
  readonly #set: TrainingSet;
  readonly #settings: TzshSettings;
  readonly #sourceRows: Int32Array;
  readonly #sourceLabels: Int32Array;
  readonly #random: Random;

  private constructor(
    forward: Forward,
    step: TrainingStep,
    set: TrainingSet,
    settings: TzshSettings,
    random: Random,
    width: number,
  ) {
    this.#forward = forward;
    this.#step = step;
    this.#set = set;
    this.#settings = settings;
    this.#random = random;
    const labels = seenLabels(set);
    const enough = Math.max(COVARIANCE_ROWS.atLeast, COVARIANCE_ROWS.perDimension * width);
    this.#sourceRows = random.permutation(labels.length).subarray(0, enough).slice().sort();
    this.#sourceLabels = this.#sourceRows.map((row) => labels[row]!);
  }

  /** Encodes with the current parameters of `step`. */
  static async over(
    step: TrainingStep,
    network: Network,
    set: TrainingSet,
    settings: TzshSettings,
    random: Random,
  ): Promise<Miner> {
    const x = network.input('input', 'batch');
    const features = network.trunk(x, false);
    const outputs = { features, semantic: network.semantic(features), z: network.pairView(features) };
    return new Miner(
      await step.forward({ inputs: [x], outputs }),
      step,
      set,
      settings,
      random,
      network.width,
    );
  }

  /** @param previous classes of the last round: this one starts from their prototypes */
  async mine(previous?: Int32Array): Promise<Mined> {
    const { shrinkage, neighbours, threads } = this.#settings;
    const { seen, unseen, classEmbeddings } = this.#set;
    const source = await this.#encode(this.#set.source.inputs, this.#sourceRows);
    const pool = await this.#encode(this.#set.pool.inputs);
    const space = await similaritySpace(source.features, this.#sourceLabels, seen.length, pool.features, {
      shrinkage,
      neighbours,
      threads,
      random: this.#random,
    });
    const classes = unseen.length;
    const assignment = previous
      ? await refinePrototypes(space, groupMeans(space, previous, classes), threads)
      : await clusterPool(
          space,
          await semanticSeeds(pool.semantic, takeRows(classEmbeddings, unseen), threads),
          classes,
          this.#random,
          threads,
        );
    const parameters = this.#step.parameters();
    const scorer = {
      distance: parameters.get('pair.distance')!,
      product: parameters.get('pair.product')![0]!,
      bias: parameters.get('pair.bias')![0]!,
    };
    return { assignment, z: pool.z, scorer };
  }

  #encode(inputs: Inputs, rows?: Int32Array): Promise<Record<(typeof VIEWS)[number], Matrix>> {
    return forwardRows(this.#forward, inputs, VIEWS, rows);
  }
}
