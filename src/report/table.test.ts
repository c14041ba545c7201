import { describe, expect, it } from 'vitest';
import { formatSpread, textTable } from './table.ts';

describe('tables', () => {
  it('align numbers right, names left, and leave no space at the end of a line', () => {
    const text = textTable(
      [{ title: 'method', align: 'left' }, { title: 'mAP' }],
      [
        ['lsh', '0.129'],
        ['tzsh/source-only', '0.2'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'method              mAP',
      '────────────────  ─────',
      'lsh               0.129',
      'tzsh/source-only    0.2',
    ]);
  });

  it('keep columns aligned when a cell stands out', () => {
    const strong = (text: string) => `<${text}>`;
    const text = textTable([{ title: 'a' }, { title: 'b' }], [[{ text: '1', strong: true }, '22']], strong);
    expect(text.split('\n')[2]).toBe('<1>  22');
  });

  it('show a spread over seeds, and none for one seed', () => {
    expect(formatSpread({ mean: 0.3, sd: 0.0707 })).toBe('0.300 ± 0.071');
    expect(formatSpread({ mean: 0.25, sd: null })).toBe('0.250');
  });
});
