/**
 * Which instances belong to which category. `update` is one alternation's closed forms: the attribute space P, attribute
 * vectors of the unlabelled instances, prototypes of them, and their memberships.
 */
import { takeRows } from '../../data/index.ts';
import type { Random } from '../../random.ts';
import type { CrossModalSet, Matrix } from '../contract.ts';
import { groupMeans, normaliseRows, rowOf } from '../dense.ts';
import { movedPrototypes } from '../prototypes.ts';
import {
  type AttributeSpace,
  attributeScores,
  attributeSpace,
  type ItemFeatures,
} from './attribute-space.ts';
import { centredEmbeddings } from './attributes.ts';
import type { Instances } from './instances.ts';
import { findPrototypes, freeEnergy, memberships } from './memberships.ts';
import type { Objective } from './objective.ts';
import type { CzhashSettings, Variant } from './options.ts';
import type { Prepared } from './prepare.ts';
import { jointSpace, type ModalityRows, modalitySpaces } from './space.ts';

/** What networks say of instances in an alternation after the first. */
export interface Reading {
  /** Deep features of items. */
  readonly features: ItemFeatures;
  /** Σ_m log p_m over categories `[from, to)` of instances. */
  readonly logs: (members: Int32Array, from: number, to: number) => Promise<Matrix>;
}

export interface CategoriesOptions {
  readonly set: CrossModalSet;
  readonly instances: Instances;
  readonly prepared: Readonly<Record<'image' | 'text', Prepared>>;
  readonly settings: CzhashSettings;
  readonly variant: Variant;
  readonly random: (stream: string) => Random;
}

export class Categories {
  /** Labelled classes, ascending: category k below `classes.length` is class `classes[k]`; prototypes follow. */
  readonly classes: Int32Array;
  /** Instances with memberships. */
  readonly members: Int32Array;
  readonly #options: CategoriesOptions;
  readonly #spaces: ModalityRows;
  readonly #embeddings: Matrix;
  readonly #labelled: Int32Array;
  /** Unlabelled instances of seen classes, and of unseen ones. */
  readonly #seen: Int32Array;
  readonly #pool: Int32Array;
  readonly #pooled: Uint8Array;
  #place: Int32Array = new Int32Array(0);
  #q: Matrix = { data: new Float32Array(0), rows: 0, cols: 0 };
  /** Where the last alternation left the prototypes, and which of them each instance of the pool was nearest to. */
  #last: { readonly centres: Matrix; readonly poolClass: Int32Array } | undefined;

  private constructor(options: CategoriesOptions, spaces: ModalityRows) {
    const { instances, set, variant } = options;
    const all = Int32Array.from({ length: instances.count }, (_, i) => i);
    const blind = variant === 'feature-only';
    this.#options = options;
    this.#spaces = spaces;
    this.#embeddings = centredEmbeddings(set.classEmbeddings);
    this.#labelled = all.filter((i) => !blind && instances.labels.first(i) >= 0);
    const open = variant === 'labelled-only' ? all.subarray(0, 0) : all;
    this.#seen = open.filter((i) => !blind && instances.trained[i] === 1 && instances.labels.first(i) < 0);
    this.#pool = open.filter((i) => blind || instances.trained[i] === 0);
    this.classes = Int32Array.from(
      new Set(Array.from(this.#labelled, (i) => [...instances.labels.of(i)]).flat()),
    ).sort();
    this.#pooled = new Uint8Array(instances.count);
    for (const i of this.#pool) this.#pooled[i] = 1;
    this.members = Int32Array.from([...this.#labelled, ...this.#seen, ...this.#pool]);
  }

  static async open(options: CategoriesOptions): Promise<Categories> {
    const { prepared, instances, settings, variant, random } = options;
    const rows = { image: prepared.image.rows, text: prepared.text.rows };
    const needed = variant !== 'label-only' && variant !== 'labelled-only';
    const spaces = needed
      ? await modalitySpaces(rows, instances, settings, random, variant === 'feature-only')
      : rows;
    return new Categories(options, spaces);
  }

  /** Classes and prototypes. */
  get count(): number {
    return this.#q.cols;
  }

  /** Whether an instance is of the pool: its categories are prototypes. */
  isPool(instance: number): boolean {
    return this.#pooled[instance] === 1;
  }

  /** q of a member, `[count]`. */
  of(instance: number): Float32Array {
    return rowOf(this.#q, this.#place[instance]!);
  }

  /** P, e of the unlabelled, prototypes, q: each block's term goes to the objective. */
  async update(objective: Objective, reading?: Reading): Promise<void> {
    const { settings, variant } = this.#options;
    const without = variant === 'no-attributes' || variant === 'feature-only';
    // Of `label-only` they are all there is, whatever they weigh beside features.
    const needed = variant === 'label-only' || settings.attributes > 0;
    const attributes = without || !needed ? undefined : await this.#attributes(reading);
    if (attributes) objective.after('attributes', attributes.objective);
    const pool = await this.#poolMemberships(attributes, reading, objective);
    const seen = await this.#seenMemberships(reading);
    this.#assemble(pool, seen);
  }

  #attributes(reading: Reading | undefined): Promise<AttributeSpace> {
    const { instances, prepared, settings, set } = this.#options;
    const features: ItemFeatures =
      reading?.features ?? (async (name, items) => takeRows(prepared[name].rows, items));
    const counts = { image: set.image.inputs.rows, text: set.text.inputs.rows };
    const wanted = Int32Array.from([...this.#seen, ...this.#pool]);
    return attributeSpace(instances, counts, wanted, features, this.#embeddings, settings);
  }

  #joint(members: Int32Array, attributes: AttributeSpace | undefined, smoothed: boolean): Promise<Matrix> {
    const { instances, settings } = this.#options;
    const { imageWeight } = settings;
    const weight = attributes ? settings.attributes : 0;
    const parts = [
      { of: 'text' as const, rows: this.#spaces.text, weight: 1 },
      { of: 'image' as const, rows: this.#spaces.image, weight: imageWeight },
      ...(attributes
        ? [
            { of: 'text' as const, rows: attributes.text, weight },
            { of: 'image' as const, rows: attributes.image, weight: weight * imageWeight },
          ]
        : []),
    ];
    return jointSpace(members, instances, parts, settings, smoothed);
  }

  /** q of the pool over prototypes (`label-only`: over the unseen classes, by attribute vectors alone). */
  async #poolMemberships(
    attributes: AttributeSpace | undefined,
    reading: Reading | undefined,
    objective: Objective,
  ): Promise<Matrix | undefined> {
    const { settings, variant, set, instances, random } = this.#options;
    const { temperature, threads, prototypes } = settings;
    const pool = this.#pool;
    const classes = variant === 'feature-only' ? set.seen.length + set.unseen.length : set.unseen.length;
    if (pool.length === 0 || classes === 0) return undefined;
    if (variant === 'label-only') {
      const scores = await attributeScores(attributes!, instances, pool, this.#embeddings, set.unseen);
      return withoutHubs(scores, temperature);
    }
    const space = await this.#joint(pool, attributes, true);
    const previous = this.#last && movedPrototypes(space, this.#last.poolClass, this.#last.centres);
    const wanted = Math.max(1, Math.min(prototypes * classes, Math.floor(pool.length / 4)));
    const count = previous?.rows ?? wanted;
    const centres = await findPrototypes(space, count, random('prototypes'), { previous, threads });
    const logs =
      reading && (await reading.logs(pool, this.classes.length, this.classes.length + centres.rows));
    const q = await memberships(space, centres, {
      temperature,
      threads,
      ...(logs && { evidence: { logs, fidelity: settings.fidelity } }),
    });
    objective.after('memberships', await freeEnergy(q, space, centres, temperature));
    this.#last = { centres, poolClass: Int32Array.from({ length: q.rows }, (_, i) => largest(rowOf(q, i))) };
    return q;
  }

  /** q of unlabelled instances of seen classes, over these. */
  async #seenMemberships(reading: Reading | undefined): Promise<Matrix | undefined> {
    if (this.#seen.length === 0 || this.classes.length === 0) return undefined;
    const { instances, settings } = this.#options;
    const { temperature, threads } = settings;
    const space = await this.#joint(this.#labelled, undefined, false);
    const place = new Map(Array.from(this.classes, (label, k) => [label, k]));
    const classOf = Int32Array.from(this.#labelled, (i) => place.get(instances.labels.first(i))!);
    const centres = normaliseRows(groupMeans(space, classOf, this.classes.length));
    const logs = reading && (await reading.logs(this.#seen, 0, this.classes.length));
    const own = await this.#joint(this.#seen, undefined, true);
    return memberships(own, centres, {
      temperature,
      threads,
      ...(logs && { evidence: { logs, fidelity: settings.fidelity } }),
    });
  }

  #assemble(pool: Matrix | undefined, seen: Matrix | undefined): void {
    const { instances } = this.#options;
    const known = this.classes.length;
    const cols = known + (pool?.cols ?? 0);
    const data = new Float32Array(this.members.length * cols);
    const place = new Int32Array(instances.count).fill(-1);
    const number = new Map(Array.from(this.classes, (label, k) => [label, k]));
    let at = 0;
    const next = (instance: number): Float32Array => {
      place[instance] = at;
      return data.subarray(at * cols, ++at * cols);
    };
    for (const i of this.#labelled) {
      const row = next(i);
      const labels = instances.labels.of(i);
      for (const label of labels) row[number.get(label)!] = 1 / labels.length;
    }
    this.#seen.forEach((i, r) => {
      const row = next(i);
      if (seen) row.set(rowOf(seen, r));
    });
    this.#pool.forEach((i, r) => {
      const row = next(i);
      if (pool) row.set(rowOf(pool, r), known);
    });
    this.#place = place;
    this.#q = { data, rows: this.members.length, cols };
  }
}

function largest(row: Float32Array): number {
  let at = 0;
  for (let k = 1; k < row.length; k++) if (row[k]! > row[at]!) at = k;
  return at;
}

/** Scores to memberships: hubs, classes that everything is near to, lose their lead by having their mean removed. */
function withoutHubs(scores: Matrix, temperature: number): Matrix {
  const { data, rows, cols } = scores;
  const means = new Float64Array(cols);
  for (let i = 0; i < data.length; i++) means[i % cols]! += data[i]! / rows;
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    let total = 0;
    for (let k = 0; k < cols; k++)
      total += out[i * cols + k] = Math.exp((data[i * cols + k]! - means[k]!) / temperature);
    for (let k = 0; k < cols; k++) out[i * cols + k]! /= total;
  }
  return { data: out, rows, cols };
}
