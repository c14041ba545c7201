/** The documentation says what the code does: every setting, its default and its range, and every variant. */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { nameOf } from './czhash.ts';
import { czhashSchema, VARIANTS } from './options.ts';

const SHARED = new Set(['bits', 'seed', 'input']);
const settings = Object.entries(czhashSchema.shape as Record<string, z.ZodType>).filter(
  ([name]) => !SHARED.has(name),
);

let section: string;
beforeAll(async () => {
  section = await readFile(new URL('../../../docs/methods/czhash.md', import.meta.url), 'utf8');
});

/** Rows of the table under a heading: what stands first, in backticks → the other cells. */
function table(heading: string): Map<string, string[]> {
  const start = section.indexOf(`\n## ${heading}\n`);
  const lines = section.slice(start, section.indexOf('\n## ', start + 1)).split('\n');
  return new Map(
    lines
      .filter((line) => line.startsWith('| `'))
      .map((line) => {
        const cells = line.split('|').map((cell) => cell.trim());
        return [/`([^`]+)`/.exec(cells[1]!)![1]!, cells.slice(2)];
      }),
  );
}

const numberOf = (text: string): number => (text === '10⁶' ? 1e6 : Number(text));

it('the page lists every setting and no other', () => {
  expect([...table('Settings').keys()].sort()).toEqual(settings.map(([name]) => name).sort());
});

it('the page says the defaults', () => {
  for (const [name, schema] of settings) {
    const { data } = schema.safeParse(undefined) as { data?: unknown };
    if (data === undefined) continue; // depends on the data or the machine; said in words
    expect(numberOf(table('Settings').get(name)![0]!), name).toBe(data);
  }
});

it('the page says the ranges: their ends are taken, and nothing beyond', () => {
  for (const [name, schema] of settings) {
    const range = table('Settings').get(name)![1]!;
    const found = /^(\S+)( < …| …)(?: ≤)? ([\d.⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(range);
    if (!found) continue; // a name
    const [low, high] = [Number(found[1]), numberOf(found[3]!)];
    const takes = (value: number): boolean => schema.safeParse(value).success;
    expect([takes(low), takes(high)], name).toEqual([found[2] !== ' < …', true]);
    expect([takes(low - 1), takes(2 * high), takes(Number.NaN)], name).toEqual([false, false, false]);
  }
});

it('the page lists every variant and no other', () => {
  expect([...table('Variants').keys()].sort()).toEqual(VARIANTS.map(nameOf).sort());
});
