/** The documentation says what the code does: every setting, its default and its range. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { tzshSchema } from './options.ts';

const SHARED = new Set(['bits', 'seed', 'input']);

/** Rows of the table of settings of TZSH's page: name → cells. */
async function documented(): Promise<Map<string, string[]>> {
  const page = await readFile(new URL('../../../docs/methods/tzsh.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('\n## Settings'), page.indexOf('\n## What it does not do'));
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return [/`(\w+)`/.exec(cells[1]!)![1]!, cells.slice(2)];
    }),
  );
}

const numberOf = (text: string): number => {
  const [above, below = '1'] = text.split('/');
  return Number(above) / Number(below);
};

const settings = Object.entries(tzshSchema.shape as Record<string, z.ZodType>).filter(
  ([name]) => !SHARED.has(name),
);

it('the page lists every setting and no other', async () => {
  expect([...(await documented()).keys()].sort()).toEqual(settings.map(([name]) => name).sort());
});

it('the page says the defaults', async () => {
  const rows = await documented();
  for (const [name, schema] of settings) {
    const { data } = schema.safeParse(undefined) as { data?: unknown };
    if (data === undefined) continue; // depends on the data; said in words
    const said = rows.get(name)![0]!;
    if (typeof data === 'number') expect(numberOf(said), name).toBe(data);
    else expect(said, name).toBe(`\`${data}\``);
  }
});

it('the page says the ranges: their ends are taken, and nothing beyond', async () => {
  for (const [name, [, range]] of await documented()) {
    const found = /^(\S+)( < …| …)( ≤)? ([\d.⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(range!);
    if (!found) continue; // a choice of words
    const [low, high] = [Number(found[1]), found[4] === '10⁶' ? 1e6 : Number(found[4])];
    const schema = (tzshSchema.shape as Record<string, z.ZodType>)[name]!;
    const takes = (value: number): boolean => schema.safeParse(value).success;
    const open = found[2] === ' < …';
    expect([takes(low), takes(high)], name).toEqual([!open, true]);
    expect([takes(low - 1), takes(2 * high), takes(Number.NaN)], name).toEqual([false, false, false]);
  }
});
