/** The page of a report: one HTML file without any address in it, light and dark, readable without scripts and on paper. */
import { type ComparisonTable, tableCells, tableTitle } from './comparison.ts';
import { escapeXml } from './escape.ts';
import { htmlTable, inPage, paragraph, section } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { dataUri } from './pictures.ts';
import { PLOT_STYLE } from './series-style.ts';

export interface PagePicture {
  readonly png: Uint8Array;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
}

/** A part of a page; left out, also of the contents, where there is nothing inside. */
export interface PageSection {
  readonly id: string;
  readonly title: string;
  /** Markup. Trusted, not escaped. */
  readonly inner: string;
}

export interface ReportPage {
  readonly title: string;
  /** What came out, in one sentence or a few; plain text. */
  readonly lead?: string;
  /** Paragraphs of plain text: what was done and what came out. */
  readonly summary: readonly string[];
  readonly sections?: readonly PageSection[];
  readonly tables?: readonly ComparisonTable[];
  /** SVG texts of `linePlot`. */
  readonly plots?: readonly string[];
  readonly pictures?: readonly PagePicture[];
  /** Facts below everything: machine, versions, hashes. */
  readonly facts?: Readonly<Record<string, string>>;
}

export function renderPage(page: ReportPage): string {
  const { title, lead, summary, tables = [], plots = [], pictures = [], facts = {} } = page;
  const images = pictures.map(
    ({ png, alt }) => `<p><img class="results" src="${dataUri(png)}" alt="${escapeXml(alt)}"></p>`,
  );
  const sections = [
    ...(page.sections ?? []),
    { id: 'all-figures', title: 'Figures', inner: tables.map(figuresTable).join('\n') },
    {
      id: 'plots',
      title: 'Plots',
      inner: plots.length > 0 ? `<div class="plots">${plots.map(inPage).join('\n')}</div>` : '',
    },
    { id: 'pictures', title: 'What was found', inner: images.join('\n') },
    { id: 'facts', title: 'How it was measured', inner: factList(facts) },
  ].filter(({ inner }) => inner !== '');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeXml(title)}</title>
<style>${PAGE_STYLE}</style>
${PLOT_STYLE}
</head>
<body>
<main>
<header>
<h1>${escapeXml(title)}</h1>
${paragraph(lead ?? '', 'lead')}
${summary.map((text) => paragraph(text)).join('\n')}
</header>
${sections.length > 4 ? contents(sections) : ''}
${sections.map(({ id, title: name, inner }) => section(id, name, inner)).join('\n')}
</main>
</body>
</html>
`;
}

const contents = (sections: readonly PageSection[]): string =>
  `<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeXml(title)}</a></li>`).join('')}</ul></nav>`;

export function factList(facts: Readonly<Record<string, string>>): string {
  const rows = Object.entries(facts).map(
    ([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`,
  );
  return rows.length > 0 ? `<dl class="facts">${rows.join('')}</dl>` : '';
}

export const figuresTable = (table: ComparisonTable): string =>
  htmlTable({ title: tableTitle(table), ...tableCells(table) });
