/** Splits by the named protocols (docs/data.md): which rows train, which are the pool, which are asked and searched. */
import { UnseenError } from '../errors.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { Dataset } from './dataset.ts';
import { type LabelBudget, labelBudget } from './label-budget.ts';
import { PROTOCOLS, type Protocol, type Split } from './split.ts';
import { type ClassUnits, dealClass, unitsByClass } from './split-rows.ts';
import { chooseUnseen, className, splitName, type UnseenClasses } from './unseen-classes.ts';

/** Share of a class's rows that become queries where the dataset has no parts. */
const QUERY_SHARE = 0.25;

export interface SplitOptions extends LabelBudget {
  /** Draws the unseen classes and deals the rows; an integer. Default 0. */
  readonly seed?: number;
  /**
   * Share of an unseen class's rows that are asked, above 0 and below 1, default 0.25. Only for a dataset without
   * `parts`: with them the queries are the test part's.
   */
  readonly queryShare?: number;
}

export interface ZeroShotOptions extends SplitOptions {
  /** How many classes to draw by the seed, what share of them, which (names or indexes), or a split's name. */
  readonly unseen: UnseenClasses;
  readonly protocol?: 'zero-shot' | 'zero-shot/pool=database';
  /**
   * Put rows that have no label at all into the pool (of the train part, if there are parts). Default false, because
   * the protocol's pool holds unseen classes only. With true, a named unseen class may have no labelled row: then the
   * split trains, and has nothing to evaluate for that class.
   */
  readonly unlabelledToPool?: boolean;
}

export interface SupervisedOptions extends SplitOptions {
  readonly protocol?: 'supervised' | 'supervised/train=database';
}

export interface AnySplitOptions extends SplitOptions {
  readonly protocol: Protocol;
  readonly unseen?: UnseenClasses;
  readonly unlabelledToPool?: boolean;
}

const ascending = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);

const invalid = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

function readOptions(dataset: Dataset, options: SplitOptions): { seed: number; queryShare: number } {
  const { seed = 0, queryShare = QUERY_SHARE } = options;
  if (!Number.isSafeInteger(seed)) throw invalid('seed', 'must be an integer', seed);
  if (!(queryShare > 0 && queryShare < 1))
    throw invalid('queryShare', 'must be above 0 and below 1', queryShare);
  if (options.queryShare !== undefined && dataset.parts)
    throw invalid('queryShare', 'has no meaning here: the queries are the test part', queryShare);
  return { seed, queryShare };
}

/** From JavaScript any text may come: a split must not carry a protocol's name that it does not obey. */
function checkProtocol(protocol: Protocol, family: string): void {
  const known = PROTOCOLS.filter((name) => name.startsWith(family));
  if (!known.includes(protocol)) throw invalid('protocol', `must be ${known.join(' or ')}`, protocol);
}

/** Throws when dealing would leave a side without rows of the class. */
function checkUnits(dataset: Dataset, label: number, units: ClassUnits, sides: number): void {
  // Without parts the queries come out of the same units.
  const needed = sides + (dataset.parts ? 0 : 1);
  const what = dataset.groups ? 'groups' : 'rows';
  const name = className(dataset, label);
  if (units.findable.length < needed) {
    const where = dataset.parts ? `${what} in the train part` : what;
    throw new UnseenError('SPLIT_CLASS_TOO_SMALL', {
      name,
      what: where,
      received: units.findable.length,
      needed,
    });
  }
  if (units.askable.length === 0)
    throw new UnseenError('SPLIT_CLASS_TOO_SMALL', {
      name,
      what: `${what} in the test part`,
      received: 0,
      needed: 1,
    });
}

type SplitRows = Pick<
  Split,
  'seen' | 'unseen' | 'unseenFrom' | 'train' | 'pool' | 'query' | 'database' | 'labelled' | 'labelSpaces'
>;

function finish(dataset: Dataset, protocol: Protocol, seed: number, rows: SplitRows): Split {
  const body = {
    format: 'unseen-split/1' as const,
    protocol,
    seed,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    seen: ascending(rows.seen),
    unseen: ascending(rows.unseen),
    ...(rows.unseenFrom !== undefined && { unseenFrom: rows.unseenFrom }),
    train: ascending(rows.train),
    pool: ascending(rows.pool),
    query: ascending(rows.query),
    database: ascending(rows.database),
    ...(rows.labelled && { labelled: rows.labelled }),
    ...(rows.labelSpaces && { labelSpaces: rows.labelSpaces }),
  };
  return { ...body, hash: canonicalHash(body) };
}

/**
 * Train on seen classes, ask and search unseen ones. `zero-shot`: the unseen rows that are not queries are halved, class
 * by class, into pool and database. `zero-shot/pool=database`: they are both.
 *
 * Throws `ARGUMENT_INVALID`, `CLASS_UNKNOWN`, `SPLIT_UNKNOWN` and `SPLIT_NAME_CLASSES` (splits by name), `SPLIT_UNSEEN_COUNT`
 * (too many unseen, fewer than 2 seen classes left), `SPLIT_CLASS_TOO_SMALL`, `SPLIT_POOL_EMPTY`.
 */
export function zeroShotSplit(dataset: Dataset, options: ZeroShotOptions): Split {
  const { protocol = 'zero-shot', unlabelledToPool = false } = options;
  checkProtocol(protocol, 'zero-shot');
  const { seed, queryShare } = readOptions(dataset, options);
  const halves = protocol === 'zero-shot';
  const sides = halves ? 2 : 1;
  const unseen = chooseUnseen(dataset, { unseen: options.unseen, seed, sides });
  const unseenSet = new Set(unseen);
  const { byClass, unlabelled } = unitsByClass(dataset, unseenSet);
  const pool: (readonly number[])[] = unlabelledToPool ? [unlabelled] : [];
  const query: (readonly number[])[] = [];
  const database: (readonly number[])[] = [];
  for (const label of unseen) {
    const units = byClass.get(label) ?? { askable: [], findable: [] };
    if (unlabelledToPool && units.askable.length === 0 && units.findable.length === 0) continue;
    checkUnits(dataset, label, units, sides);
    const dealt = dealClass(units, { seed, label, queryShare, separate: dataset.parts !== undefined });
    query.push(dealt.query);
    pool.push(dealt.first, halves ? [] : dealt.second);
    database.push(dealt.second, halves ? [] : dealt.first);
  }
  if (pool.every((rows) => rows.length === 0)) throw new UnseenError('SPLIT_POOL_EMPTY', { protocol });
  const seenClasses = [...byClass].filter(
    ([label, units]) => !unseenSet.has(label) && units.findable.length > 0,
  );
  if (seenClasses.length < 2) {
    throw new UnseenError('SPLIT_UNSEEN_COUNT', {
      received: unseen.length,
      possible: Math.max(0, unseen.length + seenClasses.length - 2),
      reason: `${seenClasses.length} seen classes with rows to train on would remain`,
    });
  }
  const unseenFrom = splitName(options.unseen);
  return finish(dataset, protocol, seed, {
    seen: seenClasses.map(([label]) => label),
    unseen,
    ...(unseenFrom !== undefined && { unseenFrom }),
    train: seenClasses.flatMap(([, units]) => units.findable.flat()),
    pool: pool.flat(),
    query: query.flat(),
    database: database.flat(),
    ...labelBudget(new Map(seenClasses), seed, options),
  });
}

/**
 * The ordinary hashing setting: every class is seen, there is no pool. `supervised`: the rows that are not queries are
 * halved, class by class, into train and database. `supervised/train=database`: they are both.
 *
 * Throws `ARGUMENT_INVALID`, `SPLIT_CLASS_TOO_SMALL`, `SPLIT_UNSEEN_COUNT` (fewer than 2 classes with rows).
 */
export function supervisedSplit(dataset: Dataset, options: SupervisedOptions = {}): Split {
  const { protocol = 'supervised' } = options;
  checkProtocol(protocol, 'supervised');
  const { seed, queryShare } = readOptions(dataset, options);
  const halves = protocol === 'supervised';
  const { byClass } = unitsByClass(dataset, new Set());
  if (byClass.size < 2)
    throw new UnseenError('SPLIT_UNSEEN_COUNT', {
      received: 0,
      possible: 0,
      reason: `${byClass.size} classes have rows`,
    });
  const train: (readonly number[])[] = [];
  const query: (readonly number[])[] = [];
  const database: (readonly number[])[] = [];
  const trained = new Map<number, ClassUnits>();
  for (const [label, units] of byClass) {
    // A class that is never asked needs nothing to be found.
    if (units.askable.length > 0) checkUnits(dataset, label, units, halves ? 2 : 1);
    const dealt = dealClass(units, { seed, label, queryShare, separate: dataset.parts !== undefined });
    query.push(dealt.query);
    train.push(dealt.first, halves ? [] : dealt.second);
    database.push(dealt.second, halves ? [] : dealt.first);
    const inTrain = new Set(train.slice(-2).flat());
    trained.set(label, { askable: [], findable: units.findable.filter(([row]) => inTrain.has(row!)) });
  }
  return finish(dataset, protocol, seed, {
    seen: [...byClass.keys()],
    unseen: [],
    train: train.flat(),
    pool: [],
    query: query.flat(),
    database: database.flat(),
    ...labelBudget(trained, seed, options),
  });
}

/** A split by the protocol's name, as on the command line. Throws as `zeroShotSplit` and `supervisedSplit`. */
export function makeSplit(dataset: Dataset, options: AnySplitOptions): Split {
  const { protocol, unseen, unlabelledToPool, ...shared } = options;
  switch (protocol) {
    case 'zero-shot':
    case 'zero-shot/pool=database':
      if (unseen === undefined)
        throw invalid('unseen', `must be given for the protocol ${protocol}`, 'nothing');
      return zeroShotSplit(dataset, {
        ...shared,
        protocol,
        unseen,
        ...(unlabelledToPool && { unlabelledToPool }),
      });
    case 'supervised':
    case 'supervised/train=database':
      if (unseen !== undefined)
        throw invalid('unseen', `has no meaning for the protocol ${protocol}`, unseen);
      if (unlabelledToPool)
        throw invalid('unlabelledToPool', `has no meaning for the protocol ${protocol}`, true);
      return supervisedSplit(dataset, { ...shared, protocol });
    default:
      throw invalid('protocol', `must be one of ${PROTOCOLS.join(', ')}`, protocol);
  }
}
