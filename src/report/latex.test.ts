import { describe, expect, it } from 'vitest';
import { type Evaluation, summarize } from '../evaluate/index.ts';
import { comparisonLatex, escapeLatex } from './latex.ts';

const run = (part: Partial<Evaluation>): Evaluation =>
  ({
    method: 'itq',
    bits: 16,
    seed: 0,
    task: 'image->image',
    database: 'unseen',
    chance: 0.05,
    ...part,
  }) as Evaluation;

const runs = [
  run({ method: 'itq', map: 0.2 }),
  run({ method: 'itq', map: 0.3, seed: 1 }),
  run({ method: 'itq', map: 0.4, bits: 64 }),
  run({ method: 'my_method#2', map: 0.5, bits: 64 }),
  run({ method: 'tzsh/oracle', map: 0.6 }),
  run({ method: 'itq', map: 0.1, database: 'generalized' }),
];
const latex = comparisonLatex(summarize(runs), { dataset: 'cats & dogs 100%', protocol: 'zero-shot' });
const tables = latex.split('\\end{table}').slice(0, -1);

/** Braces, environments and columns that fit, without a TeX to ask. */
function complaints(text: string): string[] {
  const found: string[] = [];
  const bare = text.replace(/(?<!\\)%.*$/gm, '').replace(/\\[\\{}%&$#_]/g, '  ');
  let depth = 0;
  for (const char of bare) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (depth < 0) found.push('a brace too many');
  }
  if (depth !== 0) found.push(`${depth} open braces`);
  if ((bare.match(/\$/g) ?? []).length % 2) found.push('mathematics left open');
  const open: string[] = [];
  for (const [, kind, name] of bare.matchAll(/\\(begin|end)\{(\w+)\}/g)) {
    if (kind === 'begin') open.push(name!);
    else if (open.pop() !== name) found.push(`${name} ends what it did not begin`);
  }
  if (open.length > 0) found.push(`${open} left open`);
  for (const [, columns, body] of text.matchAll(/\\begin\{tabular\}\{([lr]+)\}([\s\S]*?)\\end\{tabular\}/g)) {
    for (const line of body!.split('\n').filter((one) => one.trim().endsWith('\\\\'))) {
      const cells = line.split(/(?<!\\)&/).length;
      if (cells !== columns!.length) found.push(`${cells} cells in ${columns!.length} columns: ${line}`);
    }
  }
  return found;
}

describe('a comparison as LaTeX', () => {
  it('is one balanced booktabs table a task and database', () => {
    expect(tables).toHaveLength(2);
    expect(complaints(latex)).toEqual([]);
    expect(latex).toMatch(/^% Needs \\usepackage\{booktabs\}/);
    for (const table of tables) expect(table.match(/\\(top|bottom)rule/g)).toHaveLength(2);
  });

  it('has the best of each length bold, oracles and chance apart', () => {
    const lines = tables[0]!.split('\n').map((line) => line.trim());
    const from = lines.indexOf('\\midrule');
    expect(lines.slice(from - 1, lines.indexOf('\\bottomrule'))).toEqual([
      'method & 16 bits & 64 bits \\\\',
      '\\midrule',
      'itq & \\textbf{0.250 $\\pm$ 0.071} & 0.400 \\\\',
      'my\\_method\\#2 & -- & \\textbf{0.500} \\\\',
      '\\midrule',
      'tzsh/oracle & 0.600 & -- \\\\',
      'chance & 0.050 & 0.050 \\\\',
    ]);
  });

  it('says in the caption what was measured, on what and with which seeds', () => {
    expect(tables[0]).toContain(
      '\\caption{mAP, image$\\rightarrow$image, database of unseen classes (mean $\\pm$ standard deviation of 2 seeds); ' +
        'cats \\& dogs 100\\%, protocol zero-shot, seeds 0, 1.',
    );
    expect(tables[1]).toContain('(one seed); cats \\& dogs 100\\%, protocol zero-shot, seed 0.');
    expect(tables[0]).toContain('Oracles see the hidden labels');
    expect(tables[1]).not.toContain('Oracles');
    expect(tables.map((table) => /\\label\{(.*)\}/.exec(table)![1])).toEqual([
      'tab:cats-dogs-100-map-image-to-image-unseen',
      'tab:cats-dogs-100-map-image-to-image-generalized',
    ]);
  });

  it('shortens a run of seeds', () => {
    const five = [0, 1, 2, 3, 4].map((seed) => run({ seed, map: 0.3 }));
    expect(comparisonLatex(summarize(five))).toContain('of 5 seeds); seeds 0--4.');
  });

  it('lets no text become a command', () => {
    const wild = 'a\\b{c}$d^e_f#g%h&i~j<k>l|m ± n–o';
    expect(escapeLatex(wild)).toBe(
      'a\\textbackslash{}b\\{c\\}\\$d\\textasciicircum{}e\\_f\\#g\\%h\\&i\\textasciitilde{}j\\textless{}k\\textgreater{}l\\textbar{}m $\\pm$ n--o',
    );
    expect(complaints(comparisonLatex(summarize(runs), { dataset: wild }))).toEqual([]);
  });

  it('would be seen to be out of balance', () => {
    expect(complaints('\\begin{a} { \\end{b} $')).toHaveLength(3);
    expect(complaints('\\begin{tabular}{lr}\na \\\\\n\\end{tabular}')).toHaveLength(1);
  });
});
