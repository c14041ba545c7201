/** CZHash's alternation: memberships and attribute space, image network, text network; then hash coding. */
import type { Random } from '../../random.ts';
import type { CrossModalSet, Matrix } from '../contract.ts';
import type { EncoderPair } from '../define.ts';
import { rowOf } from '../dense.ts';
import { Categories, type Reading } from './categories.ts';
import { learnCoding } from './codes.ts';
import { instancesOf } from './instances.ts';
import { Objective } from './objective.ts';
import type { CzhashSettings, Variant } from './options.ts';
import { prepare } from './prepare.ts';
import { logSoftmaxRow, softmaxRow } from './simplex.ts';
import { Stream } from './stream.ts';

export interface CzhashTraining {
  readonly set: CrossModalSet;
  readonly settings: CzhashSettings;
  readonly variant: Variant;
  readonly random: (stream: string) => Random;
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  /** Whether somebody wants the models of the rounds between. */
  readonly watched: boolean;
  readonly checkpoint: (phase: string, onnx: () => EncoderPair) => Promise<void>;
}

const MODALITIES = ['image', 'text'] as const;
/** Shares of the whole that the parts take. */
const DONE = { memberships: 0.15, networks: 0.9 } as const;
/** Steps between two lines of progress. */
const REPORT_EVERY = 20;
/** Instances that the coding is learned from, each seen so many times with units dropped. */
const MAX_CODED = 10_000;
const NOISY_PASSES = 4;
/** Weight of all training rows in the coding, relative to the pool's: what is searched are new classes above all. */
const TRAINED_SHARE = 0.1;

export async function trainCzhash(training: CzhashTraining): Promise<EncoderPair> {
  const { set, settings, variant, random, report } = training;
  const instances = instancesOf(set);
  const prepared = { image: prepare(set.image.inputs), text: prepare(set.text.inputs) };
  await report('features', 0);
  const categories = await Categories.open({ set, instances, prepared, settings, variant, random });
  await report('similarity space', DONE.memberships / 2);
  const objective = new Objective();
  await categories.update(objective);
  await report('memberships', DONE.memberships, objective.terms());

  const owner = { image: new Int32Array(set.image.inputs.rows), text: new Int32Array(set.text.inputs.rows) };
  const streams: Record<'image' | 'text', Stream> = {} as never;
  try {
    for (const [number, name] of MODALITIES.entries()) {
      const taught = categories.members.filter((i) => instances[name][i]! >= 0);
      for (const i of taught) owner[name][instances[name][i]!] = i;
      streams[name] = await Stream.open(name, {
        items: set[name],
        prepared: prepared[name],
        taught: taught.map((i) => instances[name][i]!),
        categories: categories.count,
        settings,
        random,
        number,
      });
    }
    const reading = readingOf(streams, instances);
    const { rounds } = settings;
    for (let round = 0; round < rounds; round++) {
      const phase = `round ${round + 1}/${rounds}`;
      if (round > 0) await categories.update(objective, reading);
      for (const [number, name] of MODALITIES.entries()) {
        const { steps } = streams[name];
        const count = Math.round((steps * (round + 1)) / rounds) - Math.round((steps * round) / rounds);
        const start = (round + number / 2) / rounds;
        let at = 0;
        await streams[name].train(
          count,
          (item) => categories.of(owner[name][item]!),
          async (share, loss) => {
            if (++at % REPORT_EVERY !== 0 && share < 1) return;
            const done = start + share / 2 / rounds;
            await report(
              `${phase}, ${name} network`,
              DONE.memberships + (DONE.networks - DONE.memberships) * done,
              objective.after(`${name} likelihood`, loss),
            );
          },
        );
      }
      if (round < rounds - 1 && training.watched)
        await training.checkpoint(phase, await encodersNow(training, streams, instances, categories));
    }
    const onnx = await encodersNow(training, streams, instances, categories, async (done, loss) =>
      report('hash coding', DONE.networks + (1 - DONE.networks) * done, objective.after('hash coding', loss)),
    );
    await training.checkpoint('hash coding', onnx);
    await report('done', 1, objective.terms());
    return onnx();
  } finally {
    for (const name of MODALITIES) await streams[name]?.dispose();
  }
}

type Streams = Readonly<Record<'image' | 'text', Stream>>;
type InstancesOf = ReturnType<typeof instancesOf>;

function readingOf(streams: Streams, instances: InstancesOf): Reading {
  return {
    features: (name, items) => streams[name].read(items, 'features'),
    async logs(members, from, to) {
      const cols = to - from;
      const sums = new Float32Array(members.length * cols);
      for (const name of MODALITIES) {
        const rows = present(instances[name], members);
        const items = rows.map((r) => instances[name][members[r]!]!);
        const logits = await streams[name].read(items, 'logits');
        rows.forEach((r, i) => {
          const own = logSoftmaxRow(rowOf(logits, i).subarray(from, to));
          for (let k = 0; k < cols; k++) sums[r * cols + k]! += own[k]!;
        });
      }
      return { data: sums, rows: members.length, cols };
    },
  };
}

/** Places of members that have an item. */
const present = (itemOf: Int32Array, members: Int32Array): Int32Array =>
  Int32Array.from(members.keys()).filter((r) => itemOf[members[r]!]! >= 0);

/** Learns the coding from what the networks see now; the encoders are written when they are asked for. */
async function encodersNow(
  { settings, random }: CzhashTraining,
  streams: Streams,
  instances: InstancesOf,
  categories: Categories,
  onIteration: (done: number, loss: number) => Promise<void> = async () => {},
): Promise<() => EncoderPair> {
  const known = categories.classes.length;
  const { novelty, power } = settings;
  const bonus = Float32Array.from({ length: categories.count }, (_, k) => (k < known ? 0 : novelty));
  const stride = Math.ceil(categories.members.length / MAX_CODED);
  const members = categories.members.filter((_, i) => i % stride === 0);
  const pool = members.reduce((sum, i) => sum + (categories.isPool(i) ? 1 : 0), 0);
  const share = pool > 0 ? (TRAINED_SHARE * pool) / Math.max(1, members.length - pool) : 1;
  const seen: { readonly own: Int32Array; readonly passes: readonly Matrix[] }[] = [];
  for (const name of MODALITIES) {
    const own = present(instances[name], members).map((r) => members[r]!);
    const items = own.map((i) => instances[name][i]!);
    seen.push({ own, passes: await streams[name].readNoisy(items, NOISY_PASSES) });
  }
  const rows = NOISY_PASSES * seen.reduce((sum, { own }) => sum + own.length, 0);
  const data = new Float32Array(rows * categories.count);
  const shares = new Float64Array(rows);
  let at = 0;
  for (let pass = 0; pass < NOISY_PASSES; pass++) {
    for (const { own, passes } of seen) {
      own.forEach((i, r) => {
        const row = rowOf(passes[pass]!, r);
        for (let k = 0; k < row.length; k++) row[k]! += bonus[k]!;
        softmaxRow(row);
        for (let k = 0; k < row.length; k++) data[at * row.length + k] = row[k]! ** power;
        shares[at++] = categories.isPool(i) ? 1 : share;
      });
    }
  }
  const powers = { data, rows, cols: categories.count };
  const coding = await learnCoding(powers, shares, { ...settings, random, onIteration });
  return () => ({
    image: streams.image.onnx(coding, bonus, power),
    text: streams.text.onnx(coding, bonus, power),
  });
}
