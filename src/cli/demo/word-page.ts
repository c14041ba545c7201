/** The part of the demo's page where words are typed: shown where the service answers. */
import { OFFLINE } from './page.ts';
import { MAX_TEXT } from './word-explorer.ts';

export const WORD_PAGE = {
  markup: `<section aria-labelledby="try-words">
<h2 id="try-words">Emoji of classes that nobody labelled, found by words</h2>
${OFFLINE}
<div class="explorer" id="words" hidden>
<form id="words-form"><p><label for="words-text">Type a word or some</label>
<input type="search" id="words-text" maxlength="${MAX_TEXT}" autocomplete="off" required placeholder="a word, a phrase …">
<button class="word">Search</button></p>
<p><label><input type="checkbox" id="words-all"> search the labelled classes, too</label></p></form>
<p>Or one of these. They are names of emoji that training did not see, the first query of every class, not chosen by what they find; for them right and wrong are known.</p>
<div class="row" id="words-offered" role="group" aria-label="Words to try"></div>
<p id="words-status" role="status" aria-live="polite"></p>
<ol class="texts" id="words-texts" aria-label="Texts found"></ol>
<ol id="words-hits" aria-label="Emoji found"></ol>
</div>
</section>`,
  script: `
let examples = [];
let asked = 0;
let again;
const where = () => (at('words-all').checked ? '&in=generalized' : '&in=unseen');
const known = (hit, wanted) => wanted === undefined ? '' : hit.class === wanted ? 'right' : 'wrong';
const mark = { right: '\\u2713 ', wrong: '\\u2717 ', '': '' };
const what = (hit, wanted) => make('b', { textContent: mark[known(hit, wanted)] + hit.class + (hit.labelled ? ' (labelled)' : '') });
const count = (hits, wanted) => hits.filter((hit) => hit.class === wanted).length + ' of ' + hits.length;
function show(hits, texts, wanted) {
  at('words-texts').replaceChildren(...texts.map((hit) => make('li', { className: known(hit, wanted) }, what(hit, wanted), [hit.name, ...hit.tags].join(' \\u00b7 ') + ' \\u2013 ' + hit.distance + ' bits')));
  at('words-hits').replaceChildren(...hits.map((hit) => make('li', { className: known(hit, wanted) },
    make('button', { type: 'button', title: 'what is near this picture', onclick: () => near(hit.row) }, picture('emoji', hit.row, hit.name)),
    what(hit, wanted), hit.name + ', ' + hit.distance + ' bits')));
}
async function ask(address, render) {
  again = () => ask(address, render);
  const turn = ++asked;
  try {
    const found = await answer(address + where());
    if (turn === asked) render(found);
  } catch (error) {
    if (turn !== asked) return;
    at('words-status').textContent = error.message ?? error;
    show([], []);
  }
}
const find = (text) => ask('emoji/words.json?text=' + encodeURIComponent(text), (found) => {
  const example = examples.find(({ name }) => name === found.text);
  at('words-status').textContent = '\\u201c' + found.text + '\\u201d' + (found.unknownWords ? ' holds no word that the model knows: its code would say nothing.'
    : (example ? ' (' + example.class + ')' : '') + ', code ' + found.code + ': the nearest of ' + found.items + ' pictures, each emoji once' + (example ? '; ' + count(found.hits, example.class) + ' are of its class' : '') + '. Click one to ask with it.');
  show(found.hits, [], example?.class);
});
const near = (row) => ask('emoji/near.json?row=' + row, (found) => {
  const { name, code, labelled } = found.query;
  at('words-text').value = '';
  at('words-status').textContent = 'The picture of \\u201c' + name + '\\u201d (' + found.query.class + (labelled ? ', labelled' : '') + '), code ' + code + ': of the nearest texts ' + count(found.texts, found.query.class) + ' are of its class, of the nearest other emoji ' + count(found.hits, found.query.class) + '.';
  show(found.hits, found.texts, found.query.class);
});
if (served) answer('emoji/items.json').then((items) => {
  examples = items.examples;
  at('words-offered').replaceChildren(...examples.map((example) => make('button', { type: 'button', className: 'word', title: example.class, textContent: example.name,
    onclick() { at('words-text').value = example.name; find(example.name); } })));
  at('words-form').onsubmit = (event) => { event.preventDefault(); if (at('words-text').value.trim()) find(at('words-text').value); };
  at('words-all').onchange = () => again?.();
  at('words').hidden = false;
  at('words-offered').querySelector('button')?.click();
}).catch(() => {});
`,
} as const;
