/** Which settings tuning tries: a grid, or so many of its points, drawn by the seed; the default always first. */
import type { z } from 'zod';
import { canonicalJson, type Json } from '../../data/canonical.ts';
import { UnseenError } from '../../errors.ts';
import { METHODS } from '../../methods/index.ts';
import { parseSettings } from '../../methods/settings.ts';
import { Random } from '../../random.ts';

export type Settings = Readonly<Record<string, unknown>>;
/** Values to try, by setting. */
export type Space = Readonly<Record<string, readonly unknown[]>>;

export interface SpaceOptions {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** Values by setting; a single one is set in every trial. Where nothing has several: the method's own `search`. */
  readonly settings?: Space;
  /** At most so many, the default among them. */
  readonly trials: number;
}

/**
 * The trials' settings, without `bits` and `seed`. The first holds only what is set in every trial: the method's default. No
 * two are the same once defaults are filled in.
 * @throws `METHOD_UNKNOWN`, `METHOD_SETTING_UNKNOWN`, `ARGUMENT_INVALID` for any value that the method refuses,
 *   `TUNE_NOTHING` when there are no values to choose from
 */
export function settingsToTry({ method, bits, seed, settings = {}, trials }: SpaceOptions): Settings[] {
  if (!Object.hasOwn(METHODS, method))
    throw new UnseenError('METHOD_UNKNOWN', { received: method, known: Object.keys(METHODS).join(', ') });
  const { schema, search = {} } = METHODS[method]!;
  for (const [key, values] of Object.entries(settings)) checkValues(key, values);
  const fixed = Object.fromEntries(
    Object.entries(settings).flatMap(([key, values]) => (values.length === 1 ? [[key, values[0]]] : [])),
  );
  const asked = Object.entries(settings).filter(([, values]) => values.length > 1);
  const axes =
    asked.length > 0 ? asked : Object.entries(search).filter(([key]) => !Object.hasOwn(fixed, key));
  const identity = (one: Settings): string => identityOf(method, schema, { ...one, bits, seed });
  const known = new Set([identity(fixed)]);
  // Each value by itself: what is wrong is found whether or not it is drawn.
  for (const [key, values] of axes) for (const value of values) identity({ ...fixed, [key]: value });
  const found: Settings[] = [fixed];
  for (const point of points(axes, trials, seed)) {
    if (found.length === trials) break;
    const one = { ...fixed, ...point };
    const key = identity(one);
    if (known.has(key)) continue;
    known.add(key);
    found.push(one);
  }
  if (found.length < 2) throw new UnseenError('TUNE_NOTHING', { method });
  return found;
}

function checkValues(key: string, values: readonly unknown[]): void {
  const invalid = (reason: string, received: unknown): UnseenError =>
    new UnseenError('ARGUMENT_INVALID', { name: `settings.${key}`, reason, received });
  if (key === 'bits' || key === 'seed') throw invalid('has an option of its own', values);
  if (!Array.isArray(values) || values.length === 0) throw invalid('must be a list of values', values);
}

/** Settings with defaults filled in, as one text. Throws as `parseSettings`. */
function identityOf(method: string, schema: z.ZodObject, settings: Settings): string {
  return canonicalJson(parseSettings(method, schema, settings) as Json);
}

/** The grid in its order where it fits, the default's point besides; else points of it in an order drawn by the seed, none twice. */
function* points(axes: readonly (readonly [string, readonly unknown[]])[], trials: number, seed: number) {
  const size = axes.reduce((product, [, values]) => product * values.length, 1);
  const at = (index: number): Settings => {
    let stride = size;
    return Object.fromEntries(
      axes.map(([key, values]) => {
        stride /= values.length;
        return [key, values[Math.floor(index / stride) % values.length]];
      }),
    );
  };
  if (size <= trials) {
    for (let index = 0; index < size; index++) yield at(index);
    return;
  }
  if (size > 2 ** 32)
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'settings',
      reason: 'must span at most 2^32 combinations',
      received: size,
    });
  const random = new Random(seed, 'trials');
  const drawn = new Set<number>();
  while (drawn.size < size) {
    const index = random.below(size);
    if (drawn.has(index)) continue;
    drawn.add(index);
    yield at(index);
  }
}
