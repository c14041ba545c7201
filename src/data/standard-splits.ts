/** Splits by name: those of the literature, and those that came with a dataset. */
import { UnseenError } from '../errors.ts';
import { classFinder } from './class-names.ts';
import type { Dataset } from './dataset.ts';
import {
  APY_YAHOO,
  AWA_PROPOSED,
  AWA_STANDARD,
  CUB_PROPOSED,
  CUB_STANDARD,
  SUN_PROPOSED,
} from './standard-split-lists.ts';

export interface StandardSplit {
  /** `dataset-seen-unseen`, as on the command line behind `split:`. */
  readonly name: string;
  readonly seen: number;
  readonly unseen: number;
  /** Names of the unseen classes. Absent: the literature states their number only, and the seed draws them. */
  readonly classes?: readonly string[];
  /** Where nothing is listed: classes by which the dataset is known to be the one that is meant, each with its other names. */
  readonly signs?: readonly (readonly string[])[];
  /** One line for lists of splits. */
  readonly describe: string;
}

const CIFAR10 = 'airplane/aeroplane/plane automobile/car bird cat deer dog frog horse ship truck'
  .split(' ')
  .map((names) => names.split('/'));
/** Tiny ImageNet's classes go by WordNet's numbers or by words. */
const TINY_IMAGENET = [
  ['Egyptian cat', 'n02124075'],
  ['reel', 'n04067472'],
  ['volleyball', 'n04540053'],
  ['espresso', 'n07920052'],
];

export const STANDARD_SPLITS: readonly StandardSplit[] = [
  {
    name: 'apy-20-12',
    seen: 20,
    unseen: 12,
    classes: APY_YAHOO,
    describe: "aPY: Pascal's classes seen, Yahoo's unseen (Farhadi et al. 2009)",
  },
  {
    name: 'awa-40-10',
    seen: 40,
    unseen: 10,
    classes: AWA_STANDARD,
    describe: 'AwA and AwA2, standard split (Lampert et al. 2009)',
  },
  {
    name: 'awa-40-10-proposed',
    seen: 40,
    unseen: 10,
    classes: AWA_PROPOSED,
    describe: 'AwA and AwA2, proposed split (Xian et al. 2019)',
  },
  {
    name: 'cifar10-8-2',
    seen: 8,
    unseen: 2,
    signs: CIFAR10,
    describe: 'CIFAR-10, 2 classes drawn by the seed',
  },
  {
    name: 'cifar10-9-1',
    seen: 9,
    unseen: 1,
    signs: CIFAR10,
    describe: 'CIFAR-10, 1 class drawn by the seed; look at "generalized" only',
  },
  {
    name: 'cub-150-50',
    seen: 150,
    unseen: 50,
    classes: CUB_STANDARD,
    describe: 'CUB-200-2011, standard split (Akata et al. 2013, Reed et al. 2016)',
  },
  {
    name: 'cub-150-50-proposed',
    seen: 150,
    unseen: 50,
    classes: CUB_PROPOSED,
    describe: 'CUB-200-2011, proposed split (Xian et al. 2019)',
  },
  {
    name: 'sun-645-72-proposed',
    seen: 645,
    unseen: 72,
    classes: SUN_PROPOSED,
    describe: 'SUN attributes, proposed split (Xian et al. 2019)',
  },
  {
    name: 'tiny-imagenet-160-40',
    seen: 160,
    unseen: 40,
    signs: TINY_IMAGENET,
    describe: 'Tiny ImageNet, 40 classes drawn by the seed',
  },
];

/** Longest list of missing classes in a message. */
const MISSING_SHOWN = 8;

/** What is asked of the names must hold in this dataset; places of `wanted`, each under any of its names. */
function findAll(dataset: Dataset, split: StandardSplit, wanted: readonly (readonly string[])[]): number[] {
  const find = classFinder(dataset.classes);
  const places = wanted.map((names) => names.map(find).find((place) => place !== undefined));
  const missing = wanted.flatMap(([name], i) => (places[i] === undefined ? [name!] : []));
  const { length } = dataset.classes;
  const classes = split.seen + split.unseen;
  if (missing.length === 0 && length === classes) return places as number[];
  const shown = missing.slice(0, MISSING_SHOWN).join(', ');
  const more = missing.length > MISSING_SHOWN ? ` and ${missing.length - MISSING_SHOWN} more` : '';
  throw new UnseenError('SPLIT_NAME_CLASSES', {
    name: split.name,
    dataset: dataset.name,
    reason: [
      ...(missing.length > 0 ? [`it has no class ${shown}${more}`] : []),
      ...(length === classes ? [] : [`it has ${length} classes, not ${classes}`]),
    ].join(', and '),
    missing,
  });
}

/**
 * What a split's name means for a dataset: which classes are unseen, or how many the seed draws. The dataset's own splits
 * come first. Its classes may be spelled in any way (`classKey`), and must be exactly as many as the literature's.
 *
 * @throws `SPLIT_UNKNOWN`; `SPLIT_NAME_CLASSES` when classes are missing, with their names in `missing`
 */
export function unseenByName(dataset: Dataset, name: string): number | readonly number[] {
  const own = dataset.splits ?? {};
  if (Object.hasOwn(own, name)) return own[name]!.unseen;
  const split = STANDARD_SPLITS.find((one) => one.name === name);
  if (!split) {
    const known = [...Object.keys(own), ...STANDARD_SPLITS.map((one) => one.name)].join(', ');
    throw new UnseenError('SPLIT_UNKNOWN', { received: name, dataset: dataset.name, known });
  }
  if (split.classes)
    return findAll(
      dataset,
      split,
      split.classes.map((one) => [one]),
    );
  findAll(dataset, split, split.signs ?? []);
  return split.unseen;
}
