/**
 * The icons with words: what the names, aliases and tags of `@mdi/svg` say beside the family, which is the label
 * (`docs/icons.md`). Harder than emoji: the words are few, and many say what the badge is and not the thing.
 */
import { datasetFromArrays } from '../data/build-dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadWordVectors } from '../encoders/text/word-table.ts';
import type { BundledOptions } from './draw.ts';
import { type IconList, listIcons } from './icon-list.ts';
import { openIcons } from './icons.ts';

const WORD = /[a-z0-9]+/g;

/**
 * `openIcons` as pairs, under the name `icons-words`: texts are the words of an icon's name, its aliases and its tags,
 * each without the family's word, which is the label itself. An icon that has no other word is a row without a text.
 *
 * @throws as `openIcons`
 */
export async function openIconWords(options: BundledOptions = {}): Promise<Dataset> {
  const icons = await openIcons(options);
  const list = await listIcons();
  const written = [...list.names.keys()].map((row) => textsOf(list, row));
  const texts = written.filter((text) => text.length > 0);
  let item = 0;
  return datasetFromArrays({
    name: 'icons-words',
    classes: list.classes,
    classEmbeddings: icons.classEmbeddings,
    groups: list.groups,
    rowNames: list.names,
    wordVectors: await loadWordVectors(),
    modalities: {
      image: icons.modalities.image!,
      text: {
        texts,
        places: written.map((text) => (text.length > 0 ? item++ : -1)),
        labels: list.labels.map((label, row) => (written[row]!.length > 0 ? label : -1)),
      },
    },
  });
}

/** Of a name, an alias or a tag what is not the family, `card` and `cards` being one; each text once. */
function textsOf({ names, classes, labels, aliases, tags }: IconList, row: number): string[] {
  const family = classes[labels[row]!]!;
  const own = new Set([family, `${family}s`, `${family}es`, family.replace(/s$/, '')]);
  const texts = [names[row]!, ...aliases[row]!, ...tags[row]!].map((text) =>
    (text.toLowerCase().match(WORD) ?? []).filter((word) => !own.has(word)).join(' '),
  );
  return [...new Set(texts)].filter((text) => text !== '');
}
