/** The part of the demo's page that searches: its answers come from the trained codes. */
import type { Dataset, Split } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { inputsOf } from '../../evaluate/rows.ts';
import type { Model } from '../../model/index.ts';
import { thumbnail } from '../../report/pictures.ts';
import { LinearIndex } from '../../search/index.ts';
import { rowName } from '../data.ts';
import type { Handler } from './server.ts';

const HITS = 20;
/** Pixels: sharp enough on screens of two dots a pixel at the 48 of the page. */
const SIDE = 96;

/** Answers `/` with the page, `/items.json`, `/search.json?row=…&in=…` and `/picture/….png`. */
export async function explorer(page: string, data: Dataset, split: Split, model: Model): Promise<Handler> {
  const images = data.modalities.image!.images!;
  const encode = (rows: readonly number[]) => model.encode('image', inputsOf(model, data, 'image', rows));
  const queries = await encode(split.query);
  // Unseen rows first, so that both databases are one array of rows.
  const rows = [...split.database, ...split.train];
  const codes = await encode(rows);
  const indexes = {
    unseen: LinearIndex.from(codes.slice(0, split.database.length)),
    generalized: LinearIndex.from(codes),
  };
  const unseen = new Set(split.unseen);
  const labels = data.modalities.image!.labels;
  const describe = (row: number) => ({
    row,
    name: rowName(data, row),
    family: data.classes[labels.first(row)]!,
  });
  const families = split.unseen.map((label) => ({
    name: data.classes[label],
    items: split.query.filter((row) => labels.first(row) === label).map(describe),
  }));
  const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });

  async function search(parameters: URLSearchParams) {
    const place = split.query.indexOf(Number(parameters.get('row') ?? Number.NaN));
    if (place < 0) throw wrong('row', 'must be a query of the split', parameters.get('row'));
    const database = parameters.get('in') ?? 'unseen';
    if (database !== 'unseen' && database !== 'generalized') {
      throw wrong('in', 'must be unseen or generalized', database);
    }
    const query = split.query[place]!;
    const started = performance.now();
    const [found] = await indexes[database].search(queries.slice(place, place + 1), { k: HITS });
    const milliseconds = performance.now() - started;
    const hits = found!.map(({ row, distance }) => {
      const item = rows[row]!;
      const label = labels.first(item);
      return {
        ...describe(item),
        distance,
        right: label === labels.first(query),
        labelled: !unseen.has(label),
      };
    });
    return {
      query: { ...describe(query), code: queries.toHex(place) },
      items: indexes[database].count,
      milliseconds,
      hits,
    };
  }

  return async ({ pathname, searchParams }) => {
    if (pathname === '/') return { type: 'text/html; charset=utf-8', body: page };
    if (pathname === '/items.json') return json({ families });
    if (pathname === '/search.json') return json(await search(searchParams));
    const picture = /^\/picture\/(\d{1,9})\.png$/.exec(pathname);
    const row = Number(picture?.[1]);
    if (!picture || row >= data.rows) return undefined;
    return { type: 'image/png', body: await thumbnail(images, row, SIDE) };
  };
}

const wrong = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received: received ?? 'nothing' });

/** Shown where the service answers; opened as a file the page says how to get it. */
export const EXPLORER = {
  markup: `<section aria-labelledby="try">
<style>
.explorer button { padding: 3px; border: 2px solid var(--line); border-radius: 8px; background: #fff; cursor: pointer; line-height: 0; }
.explorer button:hover, .explorer button:focus-visible { border-color: var(--accent); outline: none; }
.explorer button[aria-pressed="true"] { border-color: var(--accent); box-shadow: 0 0 0 2px var(--accent); }
.explorer .icons { display: flex; flex-wrap: wrap; gap: 6px; margin: .75rem 0; }
.explorer ol { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .75rem; }
.explorer li { text-align: center; font-size: .8rem; line-height: 1.3; padding: .5rem .25rem; border: 2px dashed var(--wrong); border-radius: 8px; background: var(--card); overflow-wrap: anywhere; }
.explorer li.right { border: 2px solid var(--right); }
.explorer li img { background: #fff; border-radius: 6px; }
.explorer b { display: block; } .explorer .right b { color: var(--right); } .explorer li:not(.right) b { color: var(--wrong); }
.explorer select, .explorer label { font: inherit; }
.explorer label { margin-right: 1.25rem; }
</style>
<h2 id="try">Try it</h2>
<p id="offline">Searching from this page needs the program: run <code>unseen demo</code> and open the address that it prints.</p>
<div class="explorer" id="explorer" hidden>
<p>Choose an icon of a family that had no label in training; the twenty nearest codes of 64 bits follow. None of the icons offered was in training.</p>
<p><label>Family <select id="family"></select></label>
<label><input type="checkbox" id="all"> search the labelled families, too</label></p>
<div class="icons" id="icons" role="group" aria-label="Icons of the family"></div>
<p id="status" role="status" aria-live="polite"></p>
<ol id="hits"></ol>
</div>
</section>`,
  script: `
const at = (id) => document.getElementById(id);
const make = (tag, fields, ...children) => { const node = Object.assign(document.createElement(tag), fields); node.append(...children); return node; };
const picture = (row, alt, size) => make('img', { src: 'picture/' + row + '.png', alt, width: size, height: size, loading: 'lazy' });
let chosen;
async function ask() {
  if (chosen === undefined) return;
  const asked = chosen + (at('all').checked ? '&in=generalized' : '&in=unseen');
  const answer = await (await fetch('search.json?row=' + asked)).json();
  if (!asked.startsWith(String(chosen))) return;
  const right = answer.hits.filter((hit) => hit.right).length;
  at('status').textContent = answer.query.name + ' (' + answer.query.family + ', code ' + answer.query.code + '): ' + right + ' of ' + answer.hits.length + ' are of its family; ' + answer.items + ' codes searched in ' + answer.milliseconds.toFixed(2) + ' ms';
  at('hits').replaceChildren(...answer.hits.map((hit) => make('li', { className: hit.right ? 'right' : '' },
    picture(hit.row, hit.name, 48),
    make('b', { textContent: (hit.right ? '\\u2713 ' : '\\u2717 ') + hit.family + (hit.labelled ? ' (labelled)' : '') }),
    hit.distance + ' bits')));
}
function show(family) {
  at('icons').replaceChildren(...family.items.map((item) => {
    const button = make('button', { type: 'button', title: item.name, onclick() { chosen = item.row; press(button); ask(); } }, picture(item.row, item.name, 48));
    button.setAttribute('aria-pressed', 'false');
    return button;
  }));
  at('icons').querySelector('button')?.click();
}
function press(button) {
  for (const other of at('icons').children) other.setAttribute('aria-pressed', String(other === button));
}
if (location.protocol.startsWith('http')) fetch('items.json').then((answer) => answer.json()).then(({ families }) => {
  at('family').replaceChildren(...families.map(({ name }, i) => make('option', { value: i, textContent: name })));
  at('family').onchange = () => show(families[at('family').value]);
  at('all').onchange = ask;
  at('offline').hidden = true;
  at('explorer').hidden = false;
  show(families[0]);
}).catch(() => {});
`,
} as const;
