/** Readers of option values: each refuses at once what can only be a mistake. */
import { InvalidArgumentError } from 'commander';
import type { UnseenClasses } from '../data/index.ts';
import { TASKS, type Task } from '../evaluate/tasks.ts';

/** A whole number of the range; `--seed 1.5` and `--seed x` are refused. */
export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };

export const MAX_SEED = 2 ** 32 - 1;

/** `a,b,c`, without empty entries or one that comes twice. */
export function list(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('Expected names with commas between them.');
  const twice = parts.find((part, i) => parts.indexOf(part) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" comes twice.`);
  return parts;
}

export const integers =
  (min: number, max: number) =>
  (text: string): number[] =>
    list(text).map(integer(min, max));

/** `a,b` out of known names. */
export const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string): T[] =>
    list(text).map((asked) => {
      const name = names.find((one) => one === asked);
      if (!name) throw new InvalidArgumentError(`Expected one or more of ${names.join(', ')}.`);
      return name;
    });

const SPLIT_PREFIX = 'split:';

/** `0.1` or `10%`: a share above 0 and at most 1. */
export function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (/^[\d.]+%?$/.test(text) && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share above 0 and at most 1, as 0.1 or 10%.');
}

/**
 * `--unseen 40` and `--unseen 30%` draw so many classes by the seed; `--unseen zebra,whale` names them, and
 * `--unseen split:awa-40-10` takes those of a split by name: no name of a split is taken for a class, nor the other way.
 */
export function unseenClasses(text: string): UnseenClasses {
  if (text.startsWith(SPLIT_PREFIX)) return { split: text.slice(SPLIT_PREFIX.length) };
  if (text.endsWith('%')) return { share: share(text) };
  return /^\d+$/.test(text) ? Number(text) : list(text);
}

/** For the help of `--tasks`. */
export const TASKS_HELP = 'image-to-text, text-to-image … (default: all that are possible)';

/** `image->text,text->image`, or `image-to-text,text-to-image`: a shell takes an unquoted `>` for itself. */
export function tasks(text: string): Task[] {
  const known: readonly string[] = TASKS;
  const asked = list(text.replaceAll('-to-', '->'));
  const wrong = asked.find((task) => !known.includes(task));
  if (wrong === undefined) return asked as Task[];
  const names = TASKS.map((task) => task.replace('->', '-to-')).join(', ');
  throw new InvalidArgumentError(`"${wrong}" is none of ${names}.`);
}

/** An option that may come several times. */
export const collect = (text: string, held: readonly string[] = []): readonly string[] => [...held, text];

/** Settings of a method: `key=value`, repeated. A value that reads as JSON is that number, boolean or list. */
export function setting(text: string, held: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected key=value.');
  return { ...held, [text.slice(0, at)]: settingValue(text.slice(at + 1)) };
}

function settingValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
