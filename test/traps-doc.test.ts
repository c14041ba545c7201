/**
 * docs/traps.md says what is measured here, on any machine: `npx vitest run test/traps-doc`. The two tables of trained
 * networks take minutes: `UNSEEN_LONG=1 npx vitest run test/traps-doc`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { choice, denominators, leaks, lengths, type Measured, pool, tieOrder } from './traps.ts';

const page = readFileSync(path.join(import.meta.dirname, '../docs/traps.md'), 'utf8');
const LONG = process.env.UNSEEN_LONG === '1';
/** Other processors round sums in another order: a bit in a thousand codes may differ. */
const TOLERANCE = 0.006;
/** Training adds that up over its steps. */
const TOLERANCE_TRAINED = 0.03;

/** The table behind a marker of the page, without its rule, emphasis and padding. */
function onPage(name: string): string[][] {
  const table = new RegExp(`<!-- measured: ${name} -->\\n\\n((?:\\|.*\\n)+)`).exec(page)?.[1] ?? '';
  const lines = table.trim().split('\n');
  return lines
    .filter((_, i) => i !== 1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('**', '').trim()),
    );
}

const markdown = (measured: Measured): string => measured.map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Names word for word, figures within the tolerance. */
function expectOnPage(name: string, measured: Measured, tolerance: number): void {
  const stated = onPage(name);
  const isFigure = (cell: string): boolean => /^\d\.\d{3}$/.test(cell);
  const words = (rows: Measured): string[][] =>
    rows.map((row) => row.map((cell) => (isFigure(cell) ? '#' : cell)));
  expect(words(stated), markdown(measured)).toEqual(words(measured));
  for (const [i, row] of measured.entries())
    for (const [j, cell] of row.entries())
      if (isFigure(cell))
        expect(Math.abs(Number(stated[i]![j]) - Number(cell)), markdown(measured)).toBeLessThanOrEqual(
          tolerance,
        );
}

describe('docs/traps.md states what is measured', () => {
  it('of the order of ties', async () => {
    const measured = await tieOrder();
    expectOnPage('tie order', measured, TOLERANCE);
    const [first, , shuffled, last, expected, low, high] = measured.slice(1).map((row) => Number(row[1]));
    expect(first).toBeGreaterThan(1.5 * last!);
    expect(Math.abs(shuffled! - expected!)).toBeLessThan(0.01);
    for (const one of [first!, last!]) expect(one > low! && one < high!).toBe(true);
  });

  it('of denominators', async () => {
    const measured = await denominators();
    expectOnPage('denominators', measured, TOLERANCE);
    const column = (i: number): number[] => measured.slice(1).map((row) => Number(row[i]));
    expect(column(1)).toEqual([...column(1)].sort((a, b) => a - b));
    expect(column(2)).toEqual([...column(2)].sort((a, b) => b - a));
  });

  it('of splits that leak', async () => expectOnPage('leaks', await leaks(), TOLERANCE));

  it('of choosing on the queries', async () => expectOnPage('choice', await choice(), TOLERANCE));

  it('of a pool that is searched', async () =>
    expectOnPage('pool, itq', await pool('itq', { bits: 64 }), TOLERANCE));

  it.runIf(LONG)('of a pool that is searched, for TZSH', { timeout: 1_200_000 }, async () => {
    const settings = { bits: 32, hidden: 64, batch: 64, steps: 300 };
    expectOnPage('pool, tzsh', await pool('tzsh', settings), TOLERANCE_TRAINED);
  });

  it.runIf(LONG)('of choosing how long to train', { timeout: 1_200_000 }, async () =>
    expectOnPage('lengths', await lengths(), TOLERANCE_TRAINED),
  );
});
