/** Which icons of the npm package `@mdi/svg` make the bundled set, of which class, and which are variants of one drawing. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { UnseenError } from '../errors.ts';

const PACKAGE = '@mdi/svg';
/** The counts of `docs/icons.md` are of this version; other 7.x versions hold a few icons more or fewer. */
const VERSION = '7.4.47';

/** Fewer, and a class has too little to ask, to mine and to search. */
const MIN_ICONS = 25;

/** Words that change how a thing is drawn and not what is drawn. */
const STYLE_WORDS = new Set(['outline', 'variant', 'off', 'box', 'circle', 'bold', 'thick', 'thin']);

export interface IconList {
  /** Of the package. */
  readonly version: string;
  /** Families, ascending. */
  readonly classes: readonly string[];
  /** Icons ordered by class, then name. */
  readonly names: readonly string[];
  readonly labels: Int32Array;
  /** Number of the drawing that an icon is a variant of, from 0. */
  readonly groups: Int32Array;
  /** Of the SVG of an icon. */
  file(name: string): string;
}

const metaSchema = z.array(
  z.object({ name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), deprecated: z.boolean() }),
);

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
 * @throws `PACKAGE_MISSING` with the command to install it, `ICONS_CHANGED` when its list is not as expected
 */
export async function listIcons(): Promise<IconList> {
  const folder = packageFolder();
  const { version } = z.object({ version: z.string() }).parse(await readList(folder, 'package.json'));
  const parsed = metaSchema.safeParse(await readList(folder, 'meta.json'));
  if (!parsed.success) throw changed(version, `meta.json: ${parsed.error.issues[0]!.message}`);
  const families = new Map<string, string[]>();
  for (const { name, deprecated } of parsed.data) {
    if (deprecated) continue;
    const family = familyOf(name);
    families.set(family, [...(families.get(family) ?? []), name]);
  }
  const classes = [...families.keys()].filter((family) => families.get(family)!.length >= MIN_ICONS).sort();
  const names = classes.flatMap((family) => families.get(family)!.sort());
  if (names.length === 0) throw changed(version, `no family has ${MIN_ICONS} icons`);
  const classNumbers = new Map(classes.map((family, number) => [family, number]));
  const drawings = new Map<string, number>();
  for (const name of names) {
    const base = baseName(name);
    if (!drawings.has(base)) drawings.set(base, drawings.size);
  }
  return {
    version,
    classes,
    names,
    labels: Int32Array.from(names, (name) => classNumbers.get(familyOf(name))!),
    groups: Int32Array.from(names, (name) => drawings.get(baseName(name))!),
    file: (name) => path.join(folder, 'svg', `${name}.svg`),
  };
}

export const changed = (version: string, reason: string): UnseenError =>
  new UnseenError('ICONS_CHANGED', { package: PACKAGE, version: VERSION, received: version, reason });

async function readList(folder: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path.join(folder, name), 'utf8'));
  } catch (cause) {
    throw new UnseenError(
      'FILE_UNREADABLE',
      { file: path.join(folder, name), reason: String(cause) },
      { cause },
    );
  }
}

/** Beside this package, or in the project that is being worked in. */
function packageFolder(): string {
  for (const from of [import.meta.url, pathToFileURL(path.join(process.cwd(), 'package.json')).href]) {
    try {
      return path.dirname(createRequire(from).resolve(`${PACKAGE}/meta.json`));
    } catch {
      // Try the next place; the error below names what to install.
    }
  }
  throw new UnseenError('PACKAGE_MISSING', { what: 'the icon set', package: PACKAGE, version: VERSION });
}
