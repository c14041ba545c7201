/**
 * A bundled data set of images with texts: emoji as three houses draw them, with their English names and tags; an
 * emoji's class is its Unicode subgroup (`docs/emoji.md`).
 */
import { z } from 'zod';
import { datasetFromArrays } from '../data/build-dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadWordVectors } from '../encoders/text/word-table.ts';
import type { BundledOptions } from './draw.ts';
import { draw } from './draw.ts';
import { type EmojiList, listEmoji } from './emoji-list.ts';
import { emojiEmbeddings } from './emoji-words.ts';
import type { InstalledPackage } from './packages.ts';

const EXTRACTOR = 'gradients-colour/1';
/** What the extractor takes. */
const SIDE = 64;
/** Of Iconify where a package does not say. */
const ICONIFY_SIDE = 16;

/**
 * 5,255 pictures of 1,838 emoji in 80 classes: pixels `[n, 64, 64, 3]`, features `gradients-colour/1` `[n, 1132]`; as
 * texts the emoji's name, then its tags; class embeddings `glove100-sif` (default) and `glove100` `[80, 100]`;
 * vectors of English words. The pictures of one emoji share a group, and its texts.
 *
 * @throws `PACKAGE_MISSING` when one of the four packages is not installed, `PACKAGE_CHANGED`, `CLASS_EMBEDDING_MISSING`
 *   when another version of emojibase has other subgroups, `ABORTED`
 */
export async function openEmoji(options: BundledOptions = {}): Promise<Dataset> {
  const list = await listEmoji();
  const { classes, emoji, pictures, styles, words } = list;
  const wordVectors = await loadWordVectors();
  const classEmbeddings = emojiEmbeddings(classes, wordVectors);
  const drawn = await draw(
    {
      name: 'emoji',
      count: pictures.length,
      channels: 3,
      extractor: EXTRACTOR,
      versions: Object.fromEntries([
        ...styles.map(({ name, source }) => [name, source.version]),
        ['emojibase', words.version],
      ]),
      density: 72, // the drawings are given their size in pixels
      svg: svgReader(list),
      unusable: (row, reason) => sourceOf(list, row).changed(`${pictures[row]!.name}: ${reason}`),
    },
    options,
  );
  const texts = emoji.map(({ name, tags }) => [name, ...tags]);
  const labels = Int32Array.from(pictures, (picture) => list.labels[picture.emoji]!);
  return datasetFromArrays({
    name: 'emoji',
    classes,
    classEmbeddings,
    groups: Int32Array.from(pictures, (picture) => picture.emoji),
    rowNames: pictures.map((picture) => `${emoji[picture.emoji]!.name} (${styles[picture.style]!.name})`),
    wordVectors,
    modalities: {
      image: { ...drawn, labels },
      text: { texts: pictures.map((picture) => texts[picture.emoji]!), labels },
    },
  });
}

const sourceOf = ({ pictures, styles }: EmojiList, row: number): InstalledPackage =>
  styles[pictures[row]!.style]!.source;

const iconsSchema = z.object({
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
  width: z.number().default(ICONIFY_SIDE),
  height: z.number().default(ICONIFY_SIDE),
});

/** Drawings by row, whole in the middle of the square. The packages (45 MB) are read when the first is drawn. */
function svgReader(list: EmojiList): (row: number) => Promise<Uint8Array> {
  let reading: Promise<z.infer<typeof iconsSchema>[]> | undefined;
  return async (row) => {
    reading ??= Promise.all(list.styles.map(({ source }) => source.read('icons.json', iconsSchema)));
    const { style, name } = list.pictures[row]!;
    const { icons, ...size } = (await reading)[style]!;
    if (!Object.hasOwn(icons, name)) throw sourceOf(list, row).changed(`icons.json has no "${name}"`);
    const { body, width = size.width, height = size.height } = icons[name]!;
    return Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
        `width="${SIDE}" height="${SIDE}" viewBox="0 0 ${width} ${height}">${body}</svg>`,
    );
  };
}
