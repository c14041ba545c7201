/** Which emoji make the bundled set, of which class, what they are called, and which drawing styles have a picture of them. */
import { z } from 'zod';
import type { InstalledPackage } from './packages.ts';
import { openPackages } from './packages.ts';

/** The counts of `docs/emoji.md` are of these versions. Styles are the first three, in the order of the rows. */
const SOURCES = [
  { name: '@iconify-json/noto', version: '1.2.9' },
  { name: '@iconify-json/twemoji', version: '1.2.5' },
  { name: '@iconify-json/openmoji', version: '1.2.29' },
  { name: 'emojibase-data', version: '17.0.0' },
];

/** Fewer, and a class has too little to ask, to learn and to search. Leaves out components, such as skin tones. */
const MIN_EMOJI = 7;

export interface Emoji {
  /** `dog face` */
  readonly name: string;
  /** `animal`, `pet`, `puppy`: as emojibase has them, without the name. */
  readonly tags: readonly string[];
}

export interface EmojiPicture {
  /** Number of the emoji in `emoji`. */
  readonly emoji: number;
  /** Number of the style in `styles`. */
  readonly style: number;
  /** Of the picture in the style's package. */
  readonly name: string;
}

export interface EmojiList {
  /** Unicode's subgroups, ascending: `animal-mammal`. */
  readonly classes: readonly string[];
  /** Ordered by class, then as Unicode orders them. */
  readonly emoji: readonly Emoji[];
  /** `[emoji]`: class of each. */
  readonly labels: Int32Array;
  /** Ordered by emoji, then style. */
  readonly pictures: readonly EmojiPicture[];
  readonly styles: readonly { readonly name: string; readonly source: InstalledPackage }[];
  readonly words: InstalledPackage;
}

const hexcode = z.string().regex(/^[0-9A-F]+(-[0-9A-F]+)*$/i);
const dataSchema = z.array(
  z.object({
    label: z.string().min(1),
    hexcode,
    tags: z.array(z.string()).default([]),
    // Regional indicators, the halves of a flag, have neither.
    order: z.number().optional(),
    subgroup: z.number().optional(),
  }),
);
const groupsSchema = z.object({ subgroups: z.record(z.string(), z.string()) });
const charsSchema = z.record(hexcode, z.string());
type Entry = z.infer<typeof dataSchema>[number];

/**
 * Code points in one form. U+FE0F asks for a coloured picture and changes nothing else; the packages differ in where
 * they write it.
 */
export const codePoints = (hex: string): string =>
  hex
    .toLowerCase()
    .split('-')
    .filter((code) => code !== 'fe0f')
    .join('-');

/**
 * Emoji that at least one style has, of subgroups with at least 7 of them; each once, without skin tones.
 *
 * @throws `PACKAGE_MISSING` with the command to install what is missing, `PACKAGE_CHANGED`, `FILE_UNREADABLE`
 */
export async function listEmoji(): Promise<EmojiList> {
  const packages = await openPackages('the emoji set', SOURCES);
  const words = packages.pop()!;
  const pictureNames = await Promise.all(
    packages.map(async (source) => {
      const names = Object.entries(await source.read('chars.json', charsSchema));
      return new Map(names.map(([hex, name]) => [codePoints(hex), name]));
    }),
  );
  const { subgroups } = await words.read('meta/groups.json', groupsSchema);
  const entries = new Map<string, Entry[]>();
  for (const entry of await words.read('en/data.json', dataSchema)) {
    const subgroup = subgroups[entry.subgroup ?? ''];
    const code = codePoints(entry.hexcode);
    if (subgroup === undefined || !pictureNames.some((names) => names.has(code))) continue;
    entries.set(subgroup, [...(entries.get(subgroup) ?? []), entry]);
  }
  const classes = [...entries.keys()].filter((name) => entries.get(name)!.length >= MIN_EMOJI).sort();
  if (classes.length === 0) throw words.changed(`no subgroup has ${MIN_EMOJI} emoji`);
  const members = classes.map((name) => entries.get(name)!.sort((a, b) => (a.order ?? 0) - (b.order ?? 0)));
  const emoji = members.flat();
  return {
    classes,
    emoji: emoji.map(({ label, tags }) => ({ name: label, tags: tags.filter((tag) => tag !== label) })),
    labels: Int32Array.from(members.flatMap((list, label) => list.map(() => label))),
    pictures: emoji.flatMap(({ hexcode }, number) =>
      pictureNames.flatMap((names, style) => {
        const name = names.get(codePoints(hexcode));
        return name === undefined ? [] : [{ emoji: number, style, name }];
      }),
    ),
    styles: packages.map((source, i) => ({ name: SOURCES[i]!.name.split('/')[1]!, source })),
    words,
  };
}
