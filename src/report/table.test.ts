import { describe, expect, it } from 'vitest';
import { formatMeanSd, meanSd, textTable } from './table.ts';

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

  it('give the sample standard deviation, and none for one value', () => {
    expect(meanSd([2, 4, 4, 4, 5, 5, 7, 9]).sd).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(meanSd([3])).toEqual({ mean: 3, n: 1 });
    expect(formatMeanSd(meanSd([0.25, 0.35]))).toBe('0.300 ± 0.071');
    expect(formatMeanSd(meanSd([0.25]))).toBe('0.250');
  });
});
