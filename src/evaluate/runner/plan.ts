/** From the lists of a comparison to its cells: every method × bits × seed, checked completely before the first run. */
import { canonicalHash } from '../../data/canonical-hash.ts';
import { type Dataset, type ModalityName, makeSplit } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { createMethod, METHODS } from '../../methods/index.ts';
import { parseSettings } from '../../methods/settings.ts';
import { UNSEEN_VERSION } from '../../model/index.ts';
import type { CompareOptions } from '../compare.ts';
import { chooseTasks } from '../tasks.ts';
import type { Cell } from './cell.ts';

/**
 * Every run, the seeds outermost: an aborted comparison has whole seeds first.
 * @throws as `compare`
 */
export function planCells(options: CompareOptions, threads: number): Cell[] {
  const { data, protocol = 'zero-shot', unseen, methods, bits, seeds, labelShare, labelSpaces } = options;
  checkList('methods', methods);
  checkList('bits', bits);
  checkList('seeds', seeds);
  if (options.tasks) checkList('tasks', options.tasks);
  checkSettings(options);
  const chosen = seeds.map((seed) =>
    methods.flatMap((method) =>
      bits.map((length) => ({ method, bits: length, settings: resolve(options, method, length, seed) })),
    ),
  );
  return seeds.flatMap((seed, i) => {
    const split = {
      protocol,
      seed,
      ...(unseen !== undefined && { unseen }),
      ...(labelShare !== undefined && { labelShare }),
      ...(labelSpaces !== undefined && { labelSpaces }),
    };
    const made = makeSplit(data, split);
    return chosen[i]!.map(({ method, bits: length, settings }): Cell => {
      const { modalities } = METHODS[method]!;
      checkModalities(data, modalities);
      const tasks = chooseTasks({ name: method, modalities }, data, made, options.tasks);
      // The label budget is in the split; JSON drops what is undefined.
      const figuresDependOn = {
        dataset: data.fingerprint,
        split: made.hash,
        method,
        settings: JSON.parse(JSON.stringify(settings)),
        bits: length,
        seed,
        tasks,
        threads,
        version: UNSEEN_VERSION,
      };
      const key = canonicalHash(figuresDependOn);
      return { key, method, bits: length, seed, settings, split, splitHash: made.hash, tasks };
    });
  });
}

/** Defaults filled in. `createMethod` checks the name, and what the method's own constructor looks at. */
function resolve(
  options: CompareOptions,
  name: string,
  bits: number,
  seed: number,
): Readonly<Record<string, unknown>> {
  const given = { ...settingsOf(options, name), bits, seed };
  createMethod(name, given);
  const { bits: _, seed: __, ...settings } = parseSettings(name, METHODS[name]!.schema, given);
  return settings;
}

/** Fitting would say the same, but only when its turn has come. */
function checkModalities(data: Dataset, modalities: readonly ModalityName[]): void {
  const missing = modalities.find((modality) => !data.modalities[modality]);
  if (missing === undefined) return;
  const known = Object.keys(data.modalities).join(', ');
  const what = 'items';
  throw new UnseenError('TRAINING_INPUT_MISSING', { dataset: data.name, what, modality: missing, known });
}

const familyOf = (name: string): string => name.split('/')[0]!;

const settingsOf = ({ settings = {} }: CompareOptions, name: string): Readonly<Record<string, unknown>> => ({
  ...settings[familyOf(name)],
  ...settings[name],
});

/** Settings of a method that does not run are a slip of the pen; `bits` and `seed` have their own lists. */
function checkSettings({ settings = {}, methods }: CompareOptions): void {
  for (const [name, values] of Object.entries(settings)) {
    if (!methods.some((method) => method === name || familyOf(method) === name)) {
      const reason = `must belong to one of ${methods.join(', ')}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'settings', reason, received: name });
    }
    const taken = ['bits', 'seed'].find((key) => Object.hasOwn(values, key));
    if (taken) {
      const reason = 'is given by the lists of the comparison, not by a setting';
      throw new UnseenError('ARGUMENT_INVALID', {
        name: `settings.${name}.${taken}`,
        reason,
        received: values[taken],
      });
    }
  }
}

function checkList(name: string, values: readonly unknown[]): void {
  if (values.length > 0 && new Set(values).size === values.length) return;
  const reason = 'must name at least one, and none twice';
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: values });
}
