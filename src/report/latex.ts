/** The tables of a comparison for a paper: LaTeX with `booktabs`. */
import type { SummaryRow } from '../evaluate/index.ts';
import { type ComparisonTable, comparisonTables, tableCells, tableTitle } from './comparison.ts';
import type { Cell } from './table.ts';

export interface LatexOptions {
  /** Named in the captions. */
  readonly dataset?: string;
  readonly protocol?: string;
}

/**
 * One table a task and database: methods × bits, the best of each length bold, oracles and chance below a rule, where
 * the figures come from in the caption. `\input` it from a document with `\usepackage{booktabs}`.
 */
export const comparisonLatex = (summary: readonly SummaryRow[], options: LatexOptions = {}): string =>
  [
    '% Needs \\usepackage{booktabs}.',
    ...comparisonTables(summary).map((table) => latexTable(table, seedsOf(table, summary), options)),
  ]
    .join('\n\n')
    .concat('\n');

function latexTable(table: ComparisonTable, seeds: readonly number[], options: LatexOptions): string {
  const { columns, rows } = tableCells(table);
  const competitors = table.rows.filter(({ oracle }) => !oracle).length;
  // The caption says what an oracle is.
  const named = rows.map(([first, ...cells], i) => [
    { text: table.rows[i]?.method ?? first!.text },
    ...cells,
  ]);
  const lines = named.map((row) => `    ${latexRow(row)}`);
  return [
    '\\begin{table}[t]',
    // Four lengths with deviations within the text of an ordinary article.
    '  \\centering\\small\\setlength{\\tabcolsep}{4pt}',
    `  \\caption{${escapeLatex(caption(table, seeds, options))}}`,
    `  \\label{tab:${label(table, options)}}`,
    `  \\begin{tabular}{${columns.map(({ align }) => (align === 'left' ? 'l' : 'r')).join('')}}`,
    '    \\toprule',
    `    ${latexRow(columns.map(({ title }) => ({ text: title })))}`,
    '    \\midrule',
    ...lines.slice(0, competitors),
    // A rule above the first line would be a second one.
    ...(competitors > 0 ? ['    \\midrule'] : []),
    ...lines.slice(competitors),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
  ].join('\n');
}

const latexRow = (cells: readonly Cell[]): string =>
  cells
    .map(({ text, strong }) => (strong ? `\\textbf{${escapeLatex(text)}}` : escapeLatex(text)))
    .join(' & ')
    .concat(' \\\\');

function caption(
  table: ComparisonTable,
  seeds: readonly number[],
  { dataset, protocol }: LatexOptions,
): string {
  const from = [
    dataset,
    protocol && `protocol ${protocol}`,
    `${seeds.length > 1 ? 'seeds' : 'seed'} ${list(seeds)}`,
  ];
  const facts = from.filter((fact) => fact !== undefined && fact !== '').join(', ');
  return [
    `${tableTitle(table)}; ${facts}.`,
    'Every figure is its expectation under a random order of ties.',
    'Bold: best mean of a length.',
    ...(table.rows.some(({ oracle }) => oracle) ? ['Oracles see the hidden labels and do not compete.'] : []),
  ].join(' ');
}

const seedsOf = ({ task, database }: ComparisonTable, summary: readonly SummaryRow[]): number[] => {
  const here = summary.filter((row) => row.task === task && row.database === database);
  return [...new Set(here.flatMap(({ seeds }) => seeds))].sort((a, b) => a - b);
};

/** `0–4` for a run of whole numbers, else `0, 2, 5`. */
const list = (seeds: readonly number[]): string =>
  seeds.length > 2 && seeds.at(-1)! - seeds[0]! === seeds.length - 1
    ? `${seeds[0]}–${seeds.at(-1)}`
    : seeds.join(', ');

/** Letters, digits and hyphens: what is safe in a label. */
const label = ({ figure, task, database }: ComparisonTable, { dataset }: LatexOptions): string =>
  [dataset, figure, task.replace('<->', '-both-').replace('->', '-to-'), database]
    .filter((part) => part !== undefined)
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '<->': '$\\leftrightarrow$',
  '->': '$\\rightarrow$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '−': '$-$',
  '–': '--',
  '\n': ' ',
};

/** Text for a LaTeX document; arrows and signs of our tables become mathematics. */
export const escapeLatex = (text: string): string =>
  text.replace(/<->|->|[\\~^<>|±×−–\n]|[&%$#_{}]/g, (found) => LATEX[found] ?? `\\${found}`);
