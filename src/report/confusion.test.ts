import { describe, expect, it } from 'vitest';
import { confusionMarkup } from './confusion.ts';

/** Each class finds itself for `own`, the next for what is left. */
const ring = (n: number, own: number) => ({
  asked: Array.from({ length: n }, (_, i) => i),
  found: Array.from({ length: n }, (_, i) => [
    { label: i, share: own },
    { label: (i + 1) % (n + 1), share: 1 - own },
  ]),
});
const classes = Array.from({ length: 41 }, (_, i) => `class <${i}>`);
const of = (n: number) => [
  { method: 'tzsh', style: 0, confusion: ring(n, 0.75) },
  { method: 'itq', style: 1, confusion: ring(n, 0.5) },
];

describe('confusion of classes', () => {
  it('is a heat map of per cents where the classes are few, the rest of a row as any other', () => {
    const html = confusionMarkup(of(3), classes);
    expect(html.match(/<table class="heat">/g)).toHaveLength(2);
    const rows = [...html.matchAll(/<tr><th scope="row">[^<]*<\/th>((?:<td[^>]*>\d+<\/td>)+)<\/tr>/g)]
      .slice(0, 3)
      .map(([, cells]) => [...cells!.matchAll(/>(\d+)</g)].map(([, share]) => Number(share)));
    // The third finds a class that was not asked: it has the column behind theirs.
    expect(rows).toEqual([
      [75, 25, 0, 0, 0],
      [0, 75, 25, 0, 0],
      [0, 0, 75, 25, 0],
    ]);
    expect(html.match(/class="own"/g)).toHaveLength(6);
  });

  it('counts as any other what has no column', () => {
    const html = confusionMarkup(of(12), classes);
    const cells = [...html.matchAll(/>(\d+)<\/td><\/tr>/g)].map(([, share]) => Number(share)).slice(0, 12);
    expect(cells).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]);
  });

  it('is each class by itself where they are many, with numbers to open', () => {
    const html = confusionMarkup(of(40), classes);
    expect(html).not.toContain('class="heat"');
    expect(html).toContain('class &lt;39&gt;: tzsh 75 %, itq 50 %');
    expect(html.match(/<svg/g)).toHaveLength(1);
    expect(html).toContain('<details>');
  });

  it('lists the pairs that are confused most, by the first method', () => {
    const [first, second] = of(3);
    const worse = ring(3, 0.75);
    worse.found[1] = [
      { label: 0, share: 0.6 },
      { label: 1, share: 0.4 },
    ];
    const html = confusionMarkup([{ ...first!, confusion: worse }, second!], classes);
    const table = html.slice(html.indexOf('What tzsh confuses most'));
    const row =
      /<tr><th scope="row">([^<]*)<\/th><td class="left">([^<]*)<\/td><td>(\S+)<\/td><td>(\S+)<\/td>/.exec(
        table,
      )!;
    expect(row.slice(1)).toEqual(['class &lt;1&gt;', 'class &lt;0&gt;', '60', '–']);
  });

  it('is nothing where nothing was kept', () => {
    expect(confusionMarkup([], classes)).toBe('');
  });
});
