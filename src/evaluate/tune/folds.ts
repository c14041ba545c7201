/**
 * The inner splits of tuning. Zero-shot: the seen classes are dealt into folds, and each fold plays the unseen classes once,
 * as in the validation splits of Xian et al. (TPAMI 2019). Supervised: each class's rows are dealt into folds instead.
 */
import { canonicalHash } from '../../data/canonical-hash.ts';
import { type Dataset, type Split, zeroShotSplit } from '../../data/index.ts';
import { type Unit, unitsByClass } from '../../data/split-rows.ts';
import { UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';

/** Share of a fold's rows that are asked; the rest is searched. */
const QUERY_SHARE = 0.25;

export interface FoldOptions {
  /** How many, 2 or more. */
  readonly folds: number;
  /** Deals classes and rows. */
  readonly seed: number;
}

/**
 * One split a fold, all of rows of `part` (see `trainingPart`), of the same protocol as `outer`. Classes with too few
 * labelled rows to be held out train in every fold, and so do rows without a readable label.
 * @throws `TUNE_FOLDS` when there are not classes or rows enough
 */
export function innerSplits(part: Dataset, outer: Split, options: FoldOptions): Split[] {
  return outer.unseen.length > 0 ? foldsOfClasses(part, outer, options) : foldsOfRows(part, outer, options);
}

function foldsOfClasses(part: Dataset, outer: Split, { folds, seed }: FoldOptions): Split[] {
  const { protocol } = outer;
  // Every class as if it were held out, as a draw of unseen classes does: units do not then depend on the fold.
  const { byClass } = unitsByClass(part, new Set(part.classes.keys()));
  const needed = protocol === 'zero-shot' ? 3 : 2; // a query, and one for pool and database, or for both
  const able = [...byClass].filter(([, units]) => units.findable.length >= needed).map(([label]) => label);
  const fewest = Math.ceil(able.length / folds);
  if (able.length < folds || byClass.size - fewest < 2) {
    const reason = `${able.length} of ${byClass.size} seen classes have the ${needed} labelled rows that a held-out class needs, and 2 classes must remain`;
    throw new UnseenError('TUNE_FOLDS', { received: folds, reason });
  }
  const order = new Random(seed, 'folds').shuffle(able.sort((a, b) => a - b));
  return Array.from({ length: folds }, (_, fold) => {
    const unseen = order.filter((_, i) => i % folds === fold);
    const split = zeroShotSplit(part, {
      protocol: protocol === 'zero-shot' ? 'zero-shot' : 'zero-shot/pool=database',
      unseen,
      seed,
    });
    return finish(outer, split, unitsByClass(part, new Set(unseen)).unlabelled);
  });
}

function foldsOfRows(part: Dataset, outer: Split, { folds, seed }: FoldOptions): Split[] {
  const { byClass, unlabelled } = unitsByClass(part, new Set());
  const searchesTrain = outer.protocol === 'supervised/train=database';
  const needed = searchesTrain ? folds : 2 * folds; // each fold asks some, and finds some
  const able = [...byClass.values()].filter(({ findable }) => findable.length >= needed).length;
  if (byClass.size < 2 || able === 0) {
    const reason = `${able} of ${byClass.size} classes have the ${needed} labelled training rows that so many folds need`;
    throw new UnseenError('TUNE_FOLDS', { received: folds, reason });
  }
  return Array.from({ length: folds }, (_, fold) => {
    const train: Unit[] = [];
    const query: Unit[] = [];
    const database: Unit[] = [];
    for (const [label, { findable }] of byClass) {
      const order = new Random(seed, `folds/${label}`).shuffle([...findable]);
      const held = order.length < needed ? [] : order.filter((_, i) => i % folds === fold);
      const asked = searchesTrain ? held.length : Math.max(1, Math.round(QUERY_SHARE * held.length));
      query.push(...held.slice(0, asked));
      database.push(...held.slice(asked));
      const out = new Set(held);
      train.push(...order.filter((unit) => !out.has(unit)));
    }
    const split: Split = {
      format: 'unseen-split/1',
      protocol: outer.protocol,
      seed,
      dataset: { name: part.name, fingerprint: part.fingerprint },
      seen: [...byClass.keys()].sort((a, b) => a - b),
      unseen: [],
      train: ascending(train.flat()),
      pool: [],
      query: ascending(query.flat()),
      database: ascending(database.flat()),
      hash: '',
    };
    return finish(outer, split, unlabelled);
  });
}

const ascending = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);

/** Rows without a readable label train, without one; the outer label spaces, without the classes held out. */
function finish(outer: Split, split: Split, unlabelled: readonly number[]): Split {
  const { hash: _, ...rest } = split;
  const seen = new Set(split.seen);
  const within = (classes: readonly number[]): number[] => classes.filter((label) => seen.has(label));
  const { labelSpaces } = outer;
  const train = ascending([...split.train, ...unlabelled]);
  const body = {
    ...rest,
    train,
    ...(outer.protocol === 'supervised/train=database' && { database: train }),
    ...(unlabelled.length > 0 && { labelled: split.train }),
    ...(labelSpaces && { labelSpaces: { image: within(labelSpaces.image), text: within(labelSpaces.text) } }),
  };
  return { ...body, hash: canonicalHash(body) };
}
