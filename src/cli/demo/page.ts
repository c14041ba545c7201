/** What both parts of the demo's page share: looks, and helpers of their scripts. */

/** In front of the parts. Texts and names of the data become text nodes, never markup. */
const STYLE = `<style>
.explorer button { padding: 3px; border: 2px solid var(--line); border-radius: 8px; background: #fff; cursor: pointer; line-height: 0; }
.explorer button:hover, .explorer button:focus-visible { border-color: var(--accent); outline: none; }
.explorer button[aria-pressed="true"] { border-color: var(--accent); box-shadow: 0 0 0 2px var(--accent); }
.explorer .row { display: flex; flex-wrap: wrap; gap: 6px; margin: .75rem 0; }
.explorer ol { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .75rem; }
.explorer li { text-align: center; font-size: .8rem; line-height: 1.3; padding: .5rem .25rem; border: 2px solid var(--line); border-radius: 8px; background: var(--card); overflow-wrap: anywhere; }
.explorer li.right { border-color: var(--right); } .explorer li.wrong { border: 2px dashed var(--wrong); }
.explorer li img { background: #fff; border-radius: 6px; }
.explorer b { display: block; } .explorer .right b { color: var(--right); } .explorer .wrong b { color: var(--wrong); }
.explorer select, .explorer label, .explorer input, .explorer button.word { font: inherit; }
.explorer label { margin-right: 1.25rem; }
.explorer input[type="search"] { width: 22rem; max-width: 100%; padding: .3rem .6rem; border: 2px solid var(--line); border-radius: 8px; color: var(--text); background: var(--back); }
.explorer button.word { padding: .2rem .7rem; line-height: 1.5; font-size: .9rem; color: var(--text); background: var(--card); }
.explorer li button { border-color: transparent; }
.explorer ol.texts { grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); } .explorer ol.texts li { text-align: left; padding: .5rem .75rem; }
</style>`;

const HELPERS = `
const at = (id) => document.getElementById(id);
const make = (tag, fields, ...children) => { const node = Object.assign(document.createElement(tag), fields); node.append(...children); return node; };
const picture = (half, row, alt) => make('img', { src: half + '/picture/' + row + '.png', alt, width: 48, height: 48, loading: 'lazy' });
const answer = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw await response.text();
  return response.json();
};
const served = location.protocol.startsWith('http');
if (served) for (const node of document.querySelectorAll('.offline')) node.hidden = true;
`;

interface Part {
  readonly markup: string;
  readonly script: string;
}

/** Shown in a part that no service answers. */
export const OFFLINE =
  '<p class="offline">Searching from this page needs the program: run <code>unseen demo</code> and open the address that it prints.</p>';

/** One extension of a report's page; each part's script has its own names. */
export const joinParts = (parts: readonly Part[]): Part => ({
  markup: `${STYLE}\n${parts.map(({ markup }) => markup).join('\n')}`,
  script: `${HELPERS}${parts.map(({ script }) => `{${script}}\n`).join('')}`,
});
