/** The part of the demo's page that shows icons: shown where the service answers. */
import { OFFLINE } from './page.ts';

export const ICON_PAGE = {
  markup: `<section aria-labelledby="try-icons">
<h2 id="try-icons">Icons of families that nobody labelled</h2>
${OFFLINE}
<div class="explorer" id="icons" hidden>
<p>Choose an icon of a family that had no label in training; the twenty nearest codes of 64 bits follow. None of the icons offered was in training.</p>
<p><label>Family <select id="family"></select></label>
<label><input type="checkbox" id="icons-all"> search the labelled families, too</label></p>
<div class="row" id="icons-offered" role="group" aria-label="Icons of the family"></div>
<p id="icons-status" role="status" aria-live="polite"></p>
<ol id="icons-hits"></ol>
</div>
</section>`,
  script: `
let chosen;
async function ask() {
  if (chosen === undefined) return;
  const asked = chosen + (at('icons-all').checked ? '&in=generalized' : '&in=unseen');
  const found = await answer('icons/search.json?row=' + asked);
  if (!asked.startsWith(chosen + '&')) return;
  const right = found.hits.filter((hit) => hit.right).length;
  at('icons-status').textContent = found.query.name + ' (' + found.query.family + ', code ' + found.query.code + '): ' + right + ' of ' + found.hits.length + ' are of its family; ' + found.items + ' codes searched in ' + found.milliseconds.toFixed(2) + ' ms';
  at('icons-hits').replaceChildren(...found.hits.map((hit) => make('li', { className: hit.right ? 'right' : 'wrong' },
    picture('icons', hit.row, hit.name),
    make('b', { textContent: (hit.right ? '\\u2713 ' : '\\u2717 ') + hit.family + (hit.labelled ? ' (labelled)' : '') }),
    hit.distance + ' bits')));
}
function show(family) {
  at('icons-offered').replaceChildren(...family.items.map((item) => {
    const button = make('button', { type: 'button', title: item.name, onclick() { chosen = item.row; press(button); ask(); } }, picture('icons', item.row, item.name));
    button.setAttribute('aria-pressed', 'false');
    return button;
  }));
  at('icons-offered').querySelector('button')?.click();
}
function press(button) {
  for (const other of at('icons-offered').children) other.setAttribute('aria-pressed', String(other === button));
}
if (served) answer('icons/items.json').then(({ families }) => {
  at('family').replaceChildren(...families.map(({ name }, i) => make('option', { value: i, textContent: name })));
  at('family').onchange = () => show(families[at('family').value]);
  at('icons-all').onchange = ask;
  at('icons').hidden = false;
  show(families[0]);
}).catch(() => {});
`,
} as const;
