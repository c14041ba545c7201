/** Tables as aligned text. */
import type { Spread } from '../evaluate/index.ts';

export interface Column {
  readonly title: string;
  /** Default `right`: most cells are numbers. */
  readonly align?: 'left' | 'right';
}

/** A cell's text, and whether it stands out (drawn bold where the terminal can). */
export interface Cell {
  readonly text: string;
  readonly strong?: boolean;
}

// Counts what a terminal shows: combining marks take no place. Wide scripts are not measured.
const width = (text: string): number => Array.from(text.normalize('NFC')).length;

/** Aligned text, two spaces between columns, a rule below the titles, no line with spaces at its end. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (Cell | string)[])[],
  strong: (text: string) => string = (text) => text,
): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths = columns.map(({ title }, i) =>
    cells.reduce((most, row) => Math.max(most, width(row[i]?.text ?? '')), width(title)),
  );
  const line = (row: readonly Cell[]): string =>
    columns
      .map(({ align }, i) => {
        const { text, strong: stands } = row[i] ?? { text: '' };
        const gap = ' '.repeat(widths[i]! - width(text));
        const shown = stands ? strong(text) : text;
        return align === 'left' ? shown + gap : gap + shown;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => ({ text: title }))),
    widths.map((n) => '─'.repeat(n)).join('  '),
    ...cells.map(line),
  ].join('\n');
}

/** `0.352 ± 0.012` with three decimals; without ± for a single seed. */
export const formatSpread = ({ mean, sd }: Spread): string =>
  sd === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${sd.toFixed(3)}`;
