/** How a report's page looks: on light and dark screens, narrow and wide, and on paper. Text keeps a contrast of 4.5 : 1. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --back: #fff; --card: #f6f8fa; --accent: #0057a8; --right: #00694b; --wrong: #c23b00; }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9aa4af; --line: #3d444d; --back: #0f1318; --card: #171c23; --accent: #7cb8ff; --right: #4fd1a5; --wrong: #ff9a6b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 2rem 1rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 1rem; }
h2 { margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: 1.35rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; } h4 { margin: 0; font-size: .9rem; }
a { color: var(--accent); } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p { max-width: 46rem; } .quiet { color: var(--quiet); font-size: .925rem; }
.lead { padding: .9rem 1.1rem; border-left: 4px solid var(--accent); border-radius: 0 8px 8px 0; background: var(--card); font-size: 1.1rem; line-height: 1.5; max-width: none; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: 1.25rem 0 0; padding: 0; list-style: none; font-size: .925rem; }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; } .tables > .scroll { max-width: 100%; }
.scroll { overflow-x: auto; margin: 0 0 1.5rem; }
table { min-width: 24rem; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .925rem; }
caption { text-align: left; color: var(--quiet); padding-bottom: .5rem; }
th, td { padding: .35rem .9rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child, th.left, td.left { text-align: left; } th:first-child { padding-left: .2rem; }
thead th, thead td { border-bottom-width: 2px; } tbody th { font-weight: 400; }
tbody tr:hover { background: var(--card); }
table.wide td.left { white-space: normal; min-width: 8rem; overflow-wrap: anywhere; } table.wide caption { max-width: 46rem; } table.wide td.left:nth-child(2), table.wide td.left:nth-child(n + 4):last-child { min-width: 16rem; }
td.code, code { font: .8125rem/1.5 ui-monospace, monospace; } table.wide td.code { min-width: 18rem; }
pre { margin: 0; padding: .9rem 1.1rem; border-radius: 8px; background: var(--card); overflow-x: visible; min-width: max-content; }
details { margin: .5rem 0 1rem; } summary { cursor: pointer; color: var(--accent); font-size: .925rem; padding: .15rem 0; }
figure { margin: 0; min-width: 0; } figure summary { font-size: .8125rem; } figure table { font-size: .8125rem; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; } .plots svg, figure svg { display: block; max-width: 100%; height: auto; }
.plots > figure { flex: 0 1 auto; max-width: 100%; }
ul.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 1rem; padding: 0; list-style: none; font-size: .875rem; }
ul.key svg { vertical-align: -1px; } ul.columns { display: block; columns: 10rem; column-gap: 1.25rem; } ul.columns li { break-inside: avoid; overflow-wrap: anywhere; }
.heats { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.heats .scroll { max-width: 100%; }
table.heat { min-width: 0; font-size: .8125rem; } table.heat th, table.heat td { padding: .3rem .4rem; text-align: right; border: 1px solid var(--back); vertical-align: middle; }
table.heat td[style] { min-width: 2.3rem; text-align: center; background: color-mix(in srgb, var(--accent) var(--share), var(--card)); } table.heat td.own { font-weight: 700; outline: 1.5px solid var(--text); outline-offset: -2px; }
table.heat thead th { vertical-align: bottom; border-bottom: 0; } table.heat thead span { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: 400; text-align: left; max-height: 11rem; }
.strip { display: grid; grid-template-columns: 7.5rem 1fr; gap: 1rem; padding: 1rem 0; border-top: 1px solid var(--line); }
.strip:first-of-type { border-top: 0; } .asked h3 { margin: 0 0 .5rem; overflow-wrap: anywhere; } .asked img { width: 6rem; height: 6rem; }
.lines { min-width: 0; } .line { display: grid; grid-template: auto 1fr / 6.25rem 1fr; column-gap: .75rem; align-items: start; margin-bottom: .6rem; }
.line h4 { overflow-wrap: anywhere; padding-top: .25rem; } .score { grid-column: 1; margin: 0; font-size: .8125rem; color: var(--quiet); align-self: start; }
.hits { grid-column: 2; grid-row: 1 / span 2; display: flex; gap: .4rem; margin: 0; padding: 3px 3px 6px; list-style: none; overflow-x: auto; min-width: 0; }
.hits li { position: relative; flex: 1 0 3.9rem; max-width: 5rem; font-size: .6875rem; line-height: 1.3; text-align: center; }
.hits li:has(.card) { flex-basis: 8.5rem; max-width: 11rem; }
.strip img, .card { display: block; margin: 0 auto; border-radius: 6px; background: #fff; }
.hits img, .hits .card { border: 2.5px solid var(--right); background-clip: padding-box; } .hits .wrong img, .hits .wrong .card { border: 2.5px dashed var(--wrong); }
.hits img { width: 100%; height: auto; }
.card { padding: .35rem .5rem; border: 1px solid var(--line); background: var(--card); font-size: .75rem; line-height: 1.35; text-align: left; overflow-wrap: anywhere; min-height: 4.2rem; }
.hits .card { padding-right: 1.3rem; } .card.bare { min-height: 0; color: var(--quiet); }
.sign { position: absolute; top: 0; right: 0; width: 1.15rem; height: 1.15rem; border-radius: 50%; border: 1px solid var(--back); background: var(--right); color: var(--back); font-weight: 700; line-height: 1.05rem; }
.wrong .sign { background: var(--wrong); } .unseen { color: var(--accent); }
.name, .where { display: block; overflow-wrap: anywhere; } .name { margin-top: .15rem; } .where { color: var(--quiet); }
img.results { max-width: 100%; height: auto; border-radius: 6px; background: #fff; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; color: var(--quiet); font-size: .875rem; }
dl.facts dt, dl.facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 44rem) { .strip { grid-template-columns: 1fr; } .line { grid-template: auto auto auto / 1fr; } .hits { grid-column: 1; grid-row: auto; } h1 { font-size: 1.5rem; } }
@media print {
  @page { margin: 14mm 12mm; }
  :root { font-size: 12px; }
  body { max-width: none; padding: 0; font-size: 1rem; } nav { display: none; }
  h2, h3, h4, caption { break-after: avoid; } h2 { margin-top: 1.5rem; }
  figure, .strip, tr, .lead, pre { break-inside: avoid; } thead { display: table-header-group; }
  .scroll, .hits { overflow: visible; } .hits li { flex: 1 1 0; min-width: 0; } .hits:has(.card) { flex-wrap: wrap; } .hits li:has(.card) { flex: 0 1 8.5rem; }
  th, td { padding: .2rem .5rem; } table.wide th, table.wide td { min-width: 0 !important; overflow-wrap: anywhere; } pre { white-space: pre-wrap; min-width: 0; }
  table.heat td, .sign, .hits img, .card, .lead { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .plots > figure { max-width: 48%; } .beside > figure { max-width: 60%; } figure details { display: none; }
  details:not([open])::details-content { content-visibility: visible; height: auto; display: block; }
}
`;
