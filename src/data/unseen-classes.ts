/** Which classes are unseen: as many or such a share as asked, drawn by the seed, those named, or those of a split by name. */
import { UnseenError } from '../errors.ts';
import { Random } from '../random.ts';
import type { Dataset } from './dataset.ts';
import { unitsByClass } from './split-rows.ts';
import { unseenByName } from './standard-splits.ts';

/**
 * How many to draw; what share of the classes that have rows (above 0, below 1, rounded, at least one class); which:
 * names or indexes of classes; or those of a split by name (`awa-40-10`; one that came with the dataset).
 */
export type UnseenClasses =
  | number
  | { readonly share: number }
  | { readonly split: string }
  | readonly (string | number)[];

/** Longest list of known classes in an error's hint. */
const KNOWN_SHOWN = 8;

const isList = (unseen: UnseenClasses): unseen is readonly (string | number)[] => Array.isArray(unseen);
const isShare = (unseen: UnseenClasses): unseen is { readonly share: number } =>
  typeof unseen === 'object' && unseen !== null && 'share' in unseen;

const isNamed = (unseen: UnseenClasses): unseen is { readonly split: string } =>
  typeof unseen === 'object' && unseen !== null && 'split' in unseen;

/** The name of the split that is asked for, if it is asked by name. */
export const splitName = (unseen: UnseenClasses): string | undefined =>
  isNamed(unseen) ? unseen.split : undefined;

export const className = (dataset: Dataset, label: number): string => dataset.classes[label] ?? String(label);

function resolveClass(dataset: Dataset, given: string | number): number {
  const label = typeof given === 'number' ? given : dataset.classes.indexOf(given);
  if (Number.isInteger(label) && label >= 0 && label < dataset.classes.length) return label;
  const known = dataset.classes.slice(0, KNOWN_SHOWN).join(', ');
  throw new UnseenError('CLASS_UNKNOWN', { dataset: dataset.name, received: given, known });
}

/**
 * The unseen classes, ascending. `sides` is how many sides the rows that are not queries are dealt to: a class is drawn
 * only if it has rows enough for all of them and for a query, so that a draw never fails by bad luck.
 */
export function chooseUnseen(
  dataset: Dataset,
  options: { readonly unseen: UnseenClasses; readonly seed: number; readonly sides: number },
): number[] {
  const { unseen, seed, sides } = options;
  const invalid = (name: string, reason: string, received: unknown) =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (isNamed(unseen))
    return chooseUnseen(dataset, { ...options, unseen: unseenByName(dataset, unseen.split) });
  if (isList(unseen)) {
    if (unseen.length === 0) throw invalid('unseen', 'must name at least one class', unseen);
    const labels = unseen.map((given) => resolveClass(dataset, given));
    return [...new Set(labels)].sort((a, b) => a - b);
  }
  if (isShare(unseen)) {
    if (!(unseen.share > 0 && unseen.share < 1))
      throw invalid('unseen.share', 'must be above 0 and below 1', unseen.share);
  } else if (!Number.isInteger(unseen) || unseen < 1)
    throw invalid(
      'unseen',
      'must be a whole number of at least 1, { share }, { split }, or a list of classes',
      unseen,
    );
  // Every class as if it were unseen: units do not then depend on the draw.
  const all = new Set(dataset.classes.keys());
  const { byClass } = unitsByClass(dataset, all);
  const needed = sides + (dataset.parts ? 0 : 1);
  const candidates = [...byClass]
    .filter(([, units]) => units.askable.length > 0 && units.findable.length >= needed)
    .map(([label]) => label)
    .sort((a, b) => a - b);
  const trainable = [...byClass.values()].filter((units) => units.findable.length > 0).length;
  const possible = Math.max(0, Math.min(candidates.length, trainable - 2));
  const count = isShare(unseen) ? Math.max(1, Math.round(unseen.share * trainable)) : unseen;
  if (count > possible) {
    throw new UnseenError('SPLIT_UNSEEN_COUNT', {
      received: count,
      possible,
      reason: `${trainable} classes have rows to train on, ${candidates.length} have enough to be unseen`,
    });
  }
  return new Random(seed, 'classes')
    .shuffle(candidates)
    .slice(0, count)
    .sort((a, b) => a - b);
}
