/** Whether TZSH and CZHash won, in words and numbers that a script can check. */
import type { Evaluation, SummaryRow } from '../../evaluate/index.ts';
import { BOTH_WAYS } from '../../evaluate/summary.ts';

export interface Verdict {
  /** Whether the mean mAP of `tzsh` on unseen families is above every competitor's. */
  readonly won: boolean;
  readonly map: number;
  /** The best of the methods without the pool's labels, TZSH left out. */
  readonly rival: { readonly method: string; readonly map: number };
  /** map / rival's map. */
  readonly ratio: number;
  /** map / oracle's map: the oracle trains with the labels that TZSH has to guess. */
  readonly shareOfOracle: number;
  /** Seeds on which TZSH is above every competitor. */
  readonly seedsWon: number;
  readonly seeds: number;
  readonly chance: number;
}

const isRival = (method: string): boolean => method !== 'tzsh' && method !== 'tzsh/oracle';

export function judge(runs: readonly Evaluation[], summary: readonly SummaryRow[]): Verdict {
  const unseen = summary.filter(({ database }) => database === 'unseen');
  const own = unseen.find(({ method }) => method === 'tzsh')!;
  const oracle = unseen.find(({ method }) => method === 'tzsh/oracle')!;
  const rivals = unseen.filter(({ method }) => isRival(method));
  const best = rivals.reduce((a, b) => (b.map.mean > a.map.mean ? b : a));
  const seedsWon = own.seeds.filter((seed) => {
    const here = runs.filter((run) => run.seed === seed && run.database === 'unseen');
    const map = here.find(({ method }) => method === 'tzsh')!.map;
    return here.every((run) => !isRival(run.method) || run.map < map);
  }).length;
  return {
    won: own.map.mean > best.map.mean,
    map: own.map.mean,
    rival: { method: best.method, map: best.map.mean },
    ratio: own.map.mean / best.map.mean,
    shareOfOracle: own.map.mean / oracle.map.mean,
    seedsWon,
    seeds: own.seeds.length,
    chance: own.chance.mean,
  };
}

export function verdictText({
  won,
  map,
  rival,
  ratio,
  shareOfOracle,
  seedsWon,
  seeds,
  chance,
}: Verdict): string {
  const word = won ? 'beats' : 'does not beat';
  return (
    `On families that nobody labelled TZSH ${word} the other methods: mAP ${map.toFixed(3)} against ${rival.map.toFixed(3)} ` +
    `(${rival.method}, the best of them), ${ratio.toFixed(2)} times; first on ${seedsWon} of ${seeds} draws. ` +
    `That is ${(100 * shareOfOracle).toFixed(0)} % of what training with the hidden labels reaches. Chance is ${chance.toFixed(3)}.`
  );
}

/** Of the emoji: the mean of image->text and text->image on unseen classes, one draw. */
export interface BothWaysVerdict {
  /** Whether the mean mAP of `czhash` is above every other method's. */
  readonly won: boolean;
  readonly map: number;
  /** The best of the others. */
  readonly rival: { readonly method: string; readonly map: number };
  /** map / rival's map. */
  readonly ratio: number;
  readonly chance: number;
}

/** The summary must have `czhash` and at least one other method, both ways. */
export function judgeBothWays(summary: readonly SummaryRow[]): BothWaysVerdict {
  const unseen = summary.filter(({ task, database }) => task === BOTH_WAYS && database === 'unseen');
  const own = unseen.find(({ method }) => method === 'czhash')!;
  const rivals = unseen.filter(({ method }) => method !== 'czhash');
  const best = rivals.reduce((a, b) => (b.map.mean > a.map.mean ? b : a));
  return {
    won: own.map.mean > best.map.mean,
    map: own.map.mean,
    rival: { method: best.method, map: best.map.mean },
    ratio: own.map.mean / best.map.mean,
    chance: own.chance.mean,
  };
}

export function verdictOfBothWays({ won, map, rival, ratio, chance }: BothWaysVerdict): string {
  const word = won ? 'beats' : 'does not beat';
  return (
    `Between words and emoji of classes that nobody labelled CZHash ${word} the other methods: mAP, mean of both ways, ` +
    `${map.toFixed(3)} against ${rival.map.toFixed(3)} (${rival.method}, the best of them), ${ratio.toFixed(2)} times. ` +
    `Chance is ${chance.toFixed(3)}.`
  );
}
