/** Which icons of the npm package `@mdi/svg` make the bundled set, of which class, and which are variants of one drawing. */
import path from 'node:path';
import { z } from 'zod';
import type { InstalledPackage } from './packages.ts';
import { openPackages } from './packages.ts';

/** The counts of `docs/icons.md` are of this version. */
const MDI = { name: '@mdi/svg', version: '7.4.47' };

/** Fewer, and a class has too little to ask, to mine and to search. */
const MIN_ICONS = 25;

/** Words that change how a thing is drawn and not what is drawn. */
const STYLE_WORDS = new Set(['outline', 'variant', 'off', 'box', 'circle', 'bold', 'thick', 'thin']);

export interface IconList {
  readonly source: InstalledPackage;
  /** Families, ascending. */
  readonly classes: readonly string[];
  /** Icons ordered by class, then name. */
  readonly names: readonly string[];
  readonly labels: Int32Array;
  /** Number of the drawing that an icon is a variant of, from 0. */
  readonly groups: Int32Array;
  /** Other names of each icon, and the topics that it is filed under. */
  readonly aliases: readonly (readonly string[])[];
  readonly tags: readonly (readonly string[])[];
  /** Path of the SVG. */
  file(row: number): string;
}

const metaSchema = z.array(
  z.object({
    name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    aliases: z.array(z.string()),
    tags: z.array(z.string()),
    deprecated: z.boolean(),
  }),
);
type Icon = z.infer<typeof metaSchema>[number];

/** The first word: the family of `arrow-down-bold` is `arrow`. */
const familyOf = (name: string): string => name.split('-', 1)[0]!;

/** The name without style words behind the family: `arrow-down-bold-box-outline` is drawn from `arrow-down`. */
export function baseName(name: string): string {
  const [family, ...words] = name.split('-');
  return [family, ...words.filter((word) => !STYLE_WORDS.has(word))].join('-');
}

/**
 * Families with at least 25 icons. Icons that the package calls deprecated are left out: they are logos and products of brands.
 *
 * @throws `PACKAGE_MISSING` with the command to install it, `PACKAGE_CHANGED` when its list is not as expected
 */
export async function listIcons(): Promise<IconList> {
  const [source] = (await openPackages('the icon set', [MDI])) as [InstalledPackage];
  const families = new Map<string, Icon[]>();
  for (const icon of await source.read('meta.json', metaSchema)) {
    if (icon.deprecated) continue;
    const family = familyOf(icon.name);
    families.set(family, [...(families.get(family) ?? []), icon]);
  }
  const classes = [...families.keys()].filter((family) => families.get(family)!.length >= MIN_ICONS).sort();
  const icons = classes.flatMap((family) => families.get(family)!.sort((a, b) => (a.name < b.name ? -1 : 1)));
  if (icons.length === 0) throw source.changed(`no family has ${MIN_ICONS} icons`);
  const names = icons.map(({ name }) => name);
  const classNumbers = new Map(classes.map((family, number) => [family, number]));
  const drawings = new Map<string, number>();
  for (const name of names) {
    const base = baseName(name);
    if (!drawings.has(base)) drawings.set(base, drawings.size);
  }
  return {
    source,
    classes,
    names,
    labels: Int32Array.from(names, (name) => classNumbers.get(familyOf(name))!),
    groups: Int32Array.from(names, (name) => drawings.get(baseName(name))!),
    aliases: icons.map(({ aliases }) => aliases),
    tags: icons.map(({ tags }) => tags),
    file: (row) => path.join(source.folder, 'svg', `${names[row]}.svg`),
  };
}
