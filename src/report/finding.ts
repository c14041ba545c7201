/** Which method is first, and by how much, computed from the summary: the first sentence of a report. */
import { BOTH_WAYS } from '../evaluate/index.ts';
import { METHODS } from '../methods/index.ts';
import { isOracle, type View } from './view.ts';

export interface Standing {
  readonly method: string;
  /** Mean mAP over the lengths that all methods ran. */
  readonly map: number;
}

export interface Finding {
  /** What was searched for what, in words: `on unseen classes`. */
  readonly place: string;
  /** Competitors by falling mean mAP. */
  readonly ranking: readonly Standing[];
  /** Lengths that the means are over: those that every competitor ran. */
  readonly bits: readonly number[];
  /** The best of those that were not made to learn from the unlabelled pool, unless it is first itself. */
  readonly inductive?: Standing;
  readonly oracle?: Standing;
  readonly chance: number;
  /** Pairs of seed and length in which the first is above all others, of how many. */
  readonly won: number;
  readonly of: number;
}

export function findingOf(view: View): Finding {
  const { summary, mainTask, mainDatabase, records } = view;
  const here = summary.filter(({ task, database }) => task === mainTask && database === mainDatabase);
  const methods = view.methods.filter((method) => here.some((row) => row.method === method));
  const competitors = methods.filter((method) => !isOracle(method));
  const compared = competitors.length > 0 ? competitors : methods;
  const ran = (method: string, bits: number) =>
    here.find((row) => row.method === method && row.bits === bits);
  const common = view.bits.filter((bits) => compared.every((method) => ran(method, bits)));
  const bits = common.length > 0 ? common : [here[0]!.bits];
  const mean = (method: string): Standing[] => {
    const rows = bits.flatMap((length) => ran(method, length) ?? []);
    if (rows.length < bits.length) return [];
    return [{ method, map: rows.reduce((sum, { map }) => sum + map.mean, 0) / rows.length }];
  };
  const ranking = compared.flatMap(mean).sort((a, b) => b.map - a.map);
  const first = ranking[0]!.method;
  const inductive = ranking.find(({ method }) => METHODS[method]?.transductive === false);
  const oracles = methods.filter(isOracle).flatMap(mean);
  const chances = bits.map((length) => here.find((row) => row.bits === length)!.chance.mean);

  // Per run: of the mean of both directions every seed has as many evaluations as there are directions.
  const scoreOf = (method: string, length: number, seed: number): number | undefined => {
    const record = records.find((one) => one.method === method && one.bits === length && one.seed === seed);
    const maps = record?.evaluations
      .filter(({ task, database }) => database === mainDatabase && parts(mainTask).includes(task))
      .map(({ map }) => map);
    return maps && maps.length > 0 ? maps.reduce((sum, map) => sum + map, 0) / maps.length : undefined;
  };
  const cells = bits.flatMap((length) =>
    view.seeds.flatMap((seed) => {
      const own = scoreOf(first, length, seed);
      const others = compared
        .filter((method) => method !== first)
        .flatMap((method) => scoreOf(method, length, seed) ?? []);
      return own === undefined || others.length === 0 ? [] : [others.every((map) => map < own)];
    }),
  );
  const both = mainTask === BOTH_WAYS ? ', mean of image->text and text->image' : '';
  return {
    place: `${PLACES[mainDatabase]}${both}`,
    ranking,
    bits,
    ...(inductive && inductive.method !== first && { inductive }),
    ...(oracles[0] && { oracle: oracles.find(({ method }) => method === `${first}/oracle`) ?? oracles[0] }),
    chance: chances.reduce((sum, value) => sum + value, 0) / chances.length,
    won: cells.filter(Boolean).length,
    of: cells.length,
  };
}

const PLACES = {
  unseen: 'on unseen classes',
  generalized: 'on seen and unseen classes',
  all: 'on all classes',
} as const;

const parts = (task: string): readonly string[] =>
  task === BOTH_WAYS ? ['image->text', 'text->image'] : [task];

const three = (value: number): string => value.toFixed(3);
const times = (a: number, b: number): string => `${(a / b).toFixed(2)} times`;

/** `16, 32 and 64` */
export const listed = (values: readonly (string | number)[]): string =>
  values.length < 2 ? `${values[0] ?? ''}` : `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`;

/** One or more sentences of plain text. */
export function findingText({ place, ranking, bits, inductive, oracle, chance, won, of }: Finding): string {
  const [first, second] = ranking as [Standing, Standing | undefined];
  const over =
    bits.length > 1
      ? `mean mAP ${three(first.map)} over ${listed(bits)} bits`
      : `mAP ${three(first.map)} at ${bits[0]} bits`;
  if (!second)
    return `${first.method} ${place}: ${over}, ${times(first.map, chance)} that of a random order (${three(chance)}).`;
  const third =
    inductive && inductive.method !== second.method
      ? ` The best method that was not made to learn from the unlabelled pool is ${inductive.method} with ${three(inductive.map)}: ${first.method} has ${times(first.map, inductive.map)} as much.`
      : inductive
        ? ` ${second.method} is the best of those that were not made to learn from the unlabelled pool.`
        : '';
  const bound = oracle
    ? ` ${first.method} reaches ${((100 * first.map) / oracle.map).toFixed(0)}\u{A0}% of ${oracle.method}, which trains with the hidden labels.`
    : '';
  const draws = of > 1 ? ` ${first.method} is first in ${won} of ${of} runs (seed × length).` : '';
  return `${first.method} is first ${place}: ${over}, ${times(first.map, second.map)} that of the second, ${second.method} (${three(second.map)}).${third}${bound}${draws} Chance is ${three(chance)}.`;
}
