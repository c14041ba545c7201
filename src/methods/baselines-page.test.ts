/** The page says what the code of the cross-modal baselines does: every setting, its default and its range. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ccaItqSchema } from './cca-itq/cca-itq.ts';
import { cmfhSchema } from './cmfh/cmfh.ts';
import { dcmhSchema } from './dcmh/options.ts';
import { featureMapSettings } from './feature-map.ts';
import { scmSchema } from './scm/scm.ts';

const SHARED = new Set(['bits', 'seed', 'input']);
const WITH_MAP = new Set([...SHARED, ...Object.keys(featureMapSettings)]);
const without = (names: ReadonlySet<string>, own: string) =>
  new Set([...names].filter((name) => name !== own));
const SECTIONS = [
  ['Images and texts: what the four baselines share', z.object(featureMapSettings), SHARED],
  ['CCA-ITQ', ccaItqSchema, WITH_MAP],
  ['CMFH', cmfhSchema, without(WITH_MAP, 'bandwidth')],
  ['SCM', scmSchema, WITH_MAP],
  ['DCMH', dcmhSchema, SHARED],
] as const;

let page: string;
beforeAll(async () => {
  page = await readFile(new URL('../../docs/methods.md', import.meta.url), 'utf8');
});

/** Rows of a section's table: name → default and range. */
function documented(section: string): Map<string, [string, string]> {
  const start = page.indexOf(`\n## ${section}\n`);
  const text = page.slice(start, page.indexOf('\n## ', start + 1));
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const [, name, value, range] = line.split('|').map((cell) => cell.trim());
      return [/`(\w+)`/.exec(name!)![1]!, [value!, range!]];
    }),
  );
}

const DIGITS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** `10⁻⁶`, `0.05` or `16384`. */
function numberOf(text: string): number {
  const power = /^10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(text);
  if (!power) return Number(text);
  const exponent = Number([...power[2]!].map((digit) => DIGITS.indexOf(digit)).join(''));
  return 10 ** (power[1] ? -exponent : exponent);
}

describe.each(SECTIONS)('%s', (section, schema, elsewhere) => {
  const settings = Object.entries(schema.shape as Record<string, z.ZodType>).filter(
    ([name]) => !elsewhere.has(name),
  );

  it('lists every setting and no other', () => {
    expect([...documented(section).keys()].sort()).toEqual(settings.map(([name]) => name).sort());
  });

  it('says the defaults', () => {
    for (const [name, own] of settings) {
      const { data } = own.safeParse(undefined) as { data?: unknown };
      const [said] = documented(section).get(name)!;
      if (typeof data === 'number') expect(numberOf(said), name).toBe(data);
      else if (data !== undefined) expect(said, name).toBe(`\`${data}\``);
    }
  });

  it('says the ranges: their ends are taken, and nothing beyond', () => {
    for (const [name, own] of settings) {
      const range = documented(section).get(name)![1];
      const found = /^(\S+)( < …| …)(?: ≤)? ([\d.⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(range);
      if (!found) continue; // a choice of words
      const [low, high] = [numberOf(found[1]!), numberOf(found[3]!)];
      const takes = (value: number): boolean => own.safeParse(value).success;
      expect([takes(low), takes(high)], name).toEqual([found[2] !== ' < …', true]);
      expect([takes(low - 1), takes(2 * high), takes(Number.NaN)], name).toEqual([false, false, false]);
    }
  });
});
