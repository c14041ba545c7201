import { describe, expect, it } from 'vitest';
import { type Evaluation, summarize } from '../evaluate/index.ts';
import {
  comparisonTables,
  comparisonText,
  plotPrecisionRecall,
  plotsOfPrecisionRecall,
} from './comparison.ts';
import { renderPage } from './page.ts';

const prCurve = { radius: [0, 1, 2], recall: [0.1, 0.5, 1], precision: [0.9, 0.5, 0.1] };
const run = (method: string, bits: number, seed: number, map: number): Evaluation =>
  ({
    method,
    bits,
    seed,
    task: 'image->image',
    database: 'unseen',
    map,
    chance: 0.05,
    prCurve,
  }) as unknown as Evaluation;

const runs = [
  run('tzsh/oracle', 16, 0, 0.6),
  run('tzsh/oracle', 32, 0, 0.7),
  run('itq', 16, 0, 0.2),
  run('itq', 16, 1, 0.3),
  run('itq', 32, 0, 0.4),
  run('tzsh', 32, 0, 0.5),
];
const tables = comparisonTables(summarize(runs));

describe('a comparison', () => {
  it('puts oracles last and marks the best of those that compete', () => {
    expect(tables).toHaveLength(1);
    expect(tables[0]!.rows.map(({ method }) => method)).toEqual(['itq', 'tzsh', 'tzsh/oracle']);
    const text = comparisonText(tables, (cell) => `*${cell}*`);
    expect(text).toMatch(/^itq +\*0\.250 ± 0\.071\* +0\.400$/m);
    expect(text).toMatch(/^tzsh +– +\*0\.500\*$/m);
    expect(text).toMatch(/^tzsh\/oracle \(sees the labels\) +0\.600 +0\.700$/m);
    expect(text).toMatch(/^chance +0\.050 +0\.050$/m);
  });

  it('is drawn by recall', () => {
    expect(plotPrecisionRecall(runs.slice(0, 1))).toContain('0.1 → 0.9');
  });
});

describe('a comparison of methods of pictures and texts', () => {
  const across = (task: Evaluation['task'], seed: number, map: number, database = 'unseen'): Evaluation =>
    ({ ...run('cca-itq', 32, seed, map), task, database }) as Evaluation;
  const both = [
    across('image->image', 0, 0.3),
    across('text->image', 0, 0.24),
    across('text->image', 0, 0.2, 'generalized'),
    across('image->text', 0, 0.05),
    across('image->text', 1, 0.05),
  ];

  it('has a table a task, the mean of both directions first, with the lift over chance', () => {
    const made = comparisonTables(summarize(both));
    expect(made.map(({ figure, task, database }) => [figure, task, database])).toEqual([
      ['map', 'image<->text', 'unseen'],
      ['lift', 'image<->text', 'unseen'],
      ['map', 'image->text', 'unseen'],
      ['map', 'text->image', 'unseen'],
      ['map', 'text->image', 'generalized'],
      ['map', 'image->image', 'unseen'],
    ]);
    const text = comparisonText(made);
    expect(text).toMatch(
      /^mAP, mean of image->text and text->image, .*\n\nmethod.*\n─.*\ncca-itq +0\.145\n/m,
    );
    // chance is 0.05: (0.24 − 0.05) / 0.95 = 0.2 one way, 0 the other
    expect(text).toMatch(/^Lift over chance, .*\n\nmethod.*\n─.*\ncca-itq +0\.100\nchance +0\.000$/m);
  });

  it('has a plot of precision and recall a task, of the first seed', () => {
    const plots = plotsOfPrecisionRecall(both);
    expect(plots.map((plot) => /radius, (\S+?)"/.exec(plot)![1])).toEqual([
      'image-&gt;text',
      'text-&gt;image',
      'image-&gt;image',
    ]);
  });
});

describe('the page of a report', () => {
  const html = renderPage({
    title: 'A <b>title</b>',
    summary: ['Classes "a" & <script>alert(1)</script>'],
    tables,
    plots: plotsOfPrecisionRecall(runs),
    pictures: [{ png: new Uint8Array([1, 2, 3]), alt: 'cat: itq 3 "of" 10' }],
    facts: { commit: '<i>' },
  });

  it('asks the network for nothing', () => {
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(html).not.toMatch(/@import|url\(/);
  });

  it('lets no text become markup', () => {
    expect(html).not.toMatch(/<script|<b>title|<i>/);
    expect(html).toContain('alt="cat: itq 3 &quot;of&quot; 10"');
  });

  it('has headers on its tables, and follows light and dark', () => {
    expect(html).toContain('<th scope="row">itq</th>');
    expect(html).toContain('color-scheme: light dark');
  });
});
