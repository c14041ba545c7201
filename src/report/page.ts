/** The page of a report: one HTML file without any address in it, light and dark, readable without scripts. */
import { type ComparisonTable, tableCells, tableTitle } from './comparison.ts';
import { escapeXml } from './escape.ts';
import { dataUri } from './pictures.ts';

export interface PagePicture {
  readonly png: Uint8Array;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
}

export interface ReportPage {
  readonly title: string;
  /** Paragraphs of plain text: what was done and what came out. */
  readonly summary: readonly string[];
  readonly tables: readonly ComparisonTable[];
  /** SVG texts of `linePlot`. */
  readonly plots: readonly string[];
  readonly pictures: readonly PagePicture[];
  /** Facts below everything: machine, versions, hashes. */
  readonly facts: Readonly<Record<string, string>>;
  /** Markup and code of a part that needs a service: the demo's search. Trusted, not escaped. */
  readonly extension?: { readonly markup: string; readonly script: string };
}

const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --back: #fff; --card: #f6f8fa; --accent: #0057a8; --right: #00694b; --wrong: #c23b00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9aa4af; --line: #3d444d; --back: #0f1318; --card: #171c23; --accent: #7cb8ff; --right: #4fd1a5; --wrong: #ff9a6b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.8rem; line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.25rem; }
.scroll { overflow-x: auto; }
table { min-width: 24rem; margin-bottom: 1.5rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .5rem; }
th, td { padding: .35rem .9rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child { text-align: left; } thead th { border-bottom-width: 2px; } tbody th { font-weight: 400; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem; } .plots svg { max-width: 100%; height: auto; }
img.results { max-width: 100%; height: auto; border-radius: 6px; background: #fff; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; color: var(--quiet); font-size: .875rem; }
dl.facts dt, dl.facts dd { margin: 0; overflow-wrap: anywhere; }
`;

export function renderPage(page: ReportPage): string {
  const { title, summary, tables, plots, pictures, facts, extension } = page;
  const section = (name: string, inner: string): string =>
    inner ? `<section>\n<h2>${name}</h2>\n${inner}\n</section>` : '';
  const images = pictures.map(
    ({ png, alt }) => `<p><img class="results" src="${dataUri(png)}" alt="${escapeXml(alt)}"></p>`,
  );
  const rows = Object.entries(facts).map(
    ([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${summary.map((text) => `<p>${escapeXml(text)}</p>`).join('\n')}
${extension?.markup ?? ''}
${section('Figures', tables.map(htmlTable).join('\n'))}
${section('Plots', plots.length > 0 ? `<div class="plots">${plots.join('\n')}</div>` : '')}
${section('What was found', images.join('\n'))}
${section('How it was measured', rows.length > 0 ? `<dl class="facts">${rows.join('')}</dl>` : '')}
</main>
${extension ? `<script>${extension.script}</script>` : ''}
</body>
</html>
`;
}

function htmlTable(table: ComparisonTable): string {
  const { columns, rows } = tableCells(table);
  const head = columns.map(({ title }) => `<th scope="col">${escapeXml(title)}</th>`).join('');
  const body = rows.map(([name, ...cells]) => {
    const values = cells.map(({ text, strong }) =>
      strong ? `<td><strong>${escapeXml(text)}</strong></td>` : `<td>${escapeXml(text)}</td>`,
    );
    return `<tr><th scope="row">${escapeXml(name!.text)}</th>${values.join('')}</tr>`;
  });
  return `<div class="scroll"><table><caption>${escapeXml(tableTitle(table))}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>`;
}
