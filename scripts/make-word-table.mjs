/**
 * Makes `assets/icon-families.json`: word vectors of the icon families of `@mdi/svg`.
 *
 *   node scripts/make-word-table.mjs [--out FILE]
 *
 * Sources and licences: `assets/README.md`.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DIM, fetchVectors, SOURCE } from './fetch-vectors.mjs';

/** Vectors are of length 4 to 7 with 5 significant digits; 5 decimals lose nothing that a cosine sees. */
const DECIMALS = 5;
/** As in `src/bundled/icon-list.ts`; a test holds the table against the dataset. */
const MIN_ICONS = 25;
/** A tag, or the first word of an alias, describes a family when at least this share of its icons carries it. */
const SHARE = 0.25;
/** Tags are phrases such as "Video / Movie"; single letters and words outside the vocabulary are passed over. */
const WORD = /[a-z]{2,}/g;

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(here, '../assets/icon-families.json') } },
});

const require = createRequire(import.meta.url);
const icons = require('@mdi/svg/meta.json').filter((icon) => !icon.deprecated);
const firstWord = (name) => name.split('-', 1)[0];
const families = new Map();
for (const icon of icons) {
  const family = firstWord(icon.name);
  families.set(family, [...(families.get(family) ?? []), icon]);
}

/** What at least a quarter of the family's icons carry, most frequent first. `labelsOf` an icon has no duplicates. */
function common(members, labelsOf) {
  const counts = new Map();
  for (const label of members.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= SHARE * members.length)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([label]) => label);
}

const vectors = fetchVectors();
const vectorOf = (word) => vectors.get(word)?.map((x) => Number(x.toFixed(DECIMALS)));

const entries = [...families]
  .filter(([, members]) => members.length >= MIN_ICONS)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([family, members]) => {
    if (!vectorOf(family)) {
      console.error(
        `no vector for the family "${family}": map it to a word here and say so in assets/README.md`,
      );
      process.exit(1);
    }
    const tags = common(members, (icon) => icon.tags);
    const aliases = common(members, (icon) => [...new Set(icon.aliases.map(firstWord))]);
    const words = [...tags, ...aliases].flatMap((text) => text.toLowerCase().match(WORD) ?? []);
    // The family's own word has its place already; an alias may repeat it.
    return { family, describing: [...new Set(words)].filter((word) => word !== family && vectorOf(word)) };
  });

const words = [...new Set(entries.flatMap(({ family, describing }) => [family, ...describing]))].sort();
const lines = [
  '{',
  `"source": ${JSON.stringify(SOURCE)},`,
  `"icons": ${JSON.stringify({ package: '@mdi/svg', version: require('@mdi/svg/package.json').version })},`,
  '"families": {',
  entries
    .map(({ family, describing }) => `${JSON.stringify(family)}: ${JSON.stringify(describing)}`)
    .join(',\n'),
  '},',
  '"vectors": {',
  words.map((word) => `${JSON.stringify(word)}: ${JSON.stringify(vectorOf(word))}`).join(',\n'),
  '}',
  '}',
];
writeFileSync(values.out, `${lines.join('\n')}\n`);
console.log(`${values.out}: ${entries.length} families, ${words.length} words of ${DIM} values`);
