/** The pages say what the code does: one page a method; of most of them every setting, its default and its range. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { featureMapSettings } from './feature-map.ts';
import { METHODS } from './registry.ts';

const SHARED = ['bits', 'seed', 'input'];
const MAP = Object.keys(featureMapSettings);
/** Of which methods the page's table is name, default, range; and which settings stand on another page. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  itq: SHARED,
  sdh: SHARED,
  zsh: SHARED,
  'cca-itq': [...SHARED, ...MAP],
  cmfh: [...SHARED, ...MAP.filter((name) => name !== 'bandwidth')],
  scm: [...SHARED, ...MAP],
  dcmh: SHARED,
  csq: SHARED,
  'pseudo-label': SHARED,
};

const pageOf = (name: string): Promise<string> =>
  readFile(new URL(`../../docs/methods/${name}.md`, import.meta.url), 'utf8');

/** Rows of a page's table: name → default and range. */
function documented(page: string): Map<string, [string, string]> {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const [, name, value, range] = line.split('|').map((cell) => cell.trim());
      return [/`(\w+)`/.exec(name!)![1]!, [value!, range!]];
    }),
  );
}

const DIGITS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** `10⁻⁶`, `0.05`, `1/3` or `16384`. */
function numberOf(text: string): number {
  const power = /^10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(text);
  if (!power)
    return text
      .split('/')
      .map(Number)
      .reduce((above, below) => above / below);
  const exponent = Number([...power[2]!].map((digit) => DIGITS.indexOf(digit)).join(''));
  // Not 10 ** exponent, which is a digit off 1e-5.
  return Number(`1e${power[1] ? '-' : ''}${exponent}`);
}

const families = [...new Set(Object.keys(METHODS).map((name) => name.split('/')[0]!))];

describe.each(families)('the page of %s', (name) => {
  it('is linked from the list of methods, names every variant and says how to cite', async () => {
    const list = await readFile(new URL('../../docs/methods.md', import.meta.url), 'utf8');
    const page = await pageOf(name);
    expect(list).toContain(`[\`${name}\`](methods/${name}.md)`);
    for (const variant of Object.keys(METHODS).filter((one) => one.startsWith(`${name}/`)))
      expect(page + list).toContain(`\`${variant}\``);
    expect(page).toContain('```bibtex\n');
  });
});

describe.each([
  ...Object.keys(TABLES).map((name) => [name, METHODS[name]!.schema, new Set(TABLES[name])] as const),
  ['cross-modal-baselines', z.object(featureMapSettings), new Set<string>()] as const,
])('the table of %s', (name, schema, elsewhere) => {
  const settings = Object.entries(schema.shape as Record<string, z.ZodType>).filter(
    ([setting]) => !elsewhere.has(setting),
  );

  it('lists every setting and no other', async () => {
    const names = [...documented(await pageOf(name)).keys()];
    expect(names.sort()).toEqual(settings.map(([setting]) => setting).sort());
  });

  it('says the defaults', async () => {
    const rows = documented(await pageOf(name));
    for (const [setting, own] of settings) {
      const { data } = own.safeParse(undefined) as { data?: unknown };
      const [said] = rows.get(setting)!;
      if (typeof data === 'number') expect(numberOf(said), setting).toBe(data);
      else if (data !== undefined) expect(said, setting).toBe(`\`${data}\``);
    }
  });

  it('says the ranges: their ends are taken, and nothing beyond', async () => {
    const rows = documented(await pageOf(name));
    for (const [setting, own] of settings) {
      const range = rows.get(setting)![1];
      const found = /^(\S+)( < …| …)(?: ≤)? ([\d.⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(range);
      if (!found) continue; // a choice of words
      const [low, high] = [numberOf(found[1]!), numberOf(found[3]!)];
      const takes = (value: number): boolean => own.safeParse(value).success;
      expect([takes(low), takes(high)], setting).toEqual([found[2] !== ' < …', true]);
      expect([takes(low - 1), takes(2 * high), takes(Number.NaN)], setting).toEqual([false, false, false]);
    }
  });
});
