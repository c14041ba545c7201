/** npm packages that the bundled sets are made of: installed on purpose, since they are large and have licences of their own. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { readJson } from '../data/files.ts';
import { UnseenError } from '../errors.ts';

export interface PackageSource {
  readonly name: string;
  /** Counts in the documentation are of this one; others hold a few things more or fewer. */
  readonly version: string;
}

export interface InstalledPackage {
  readonly folder: string;
  /** The installed one. */
  readonly version: string;
  /** A JSON file of the package. Throws `FILE_UNREADABLE`, and `PACKAGE_CHANGED` when it has another shape. */
  read<T>(file: string, schema: z.ZodType<T>): Promise<T>;
  /** The error to throw when the package does not hold what it should. */
  changed(reason: string): UnseenError;
}

/** The largest, noto's pictures, has 25 MB. */
const MAX_BYTES = 1e8;

/** @throws `PACKAGE_MISSING` naming all that are missing, and as `InstalledPackage.read` */
export async function openPackages(
  what: string,
  sources: readonly PackageSource[],
): Promise<InstalledPackage[]> {
  const folders = sources.map(folderOf);
  const missing = sources.filter((_, i) => folders[i] === undefined);
  if (missing.length > 0) {
    const packages = missing.map(({ name, version }) => `${name}@${version}`).join(' ');
    throw new UnseenError('PACKAGE_MISSING', { what, packages });
  }
  return Promise.all(sources.map((source, i) => open(source, folders[i]!)));
}

/** Beside this package, or in the project that is being worked in. */
function folderOf({ name }: PackageSource): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(path.join(process.cwd(), 'package.json')).href]) {
    try {
      return path.dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Try the next place.
    }
  }
  return undefined;
}

async function open(source: PackageSource, folder: string): Promise<InstalledPackage> {
  const schema = z.object({ version: z.string() });
  const { version } = schema.parse(await readJson(path.join(folder, 'package.json'), MAX_BYTES));
  const changed = (reason: string): UnseenError =>
    new UnseenError('PACKAGE_CHANGED', {
      package: source.name,
      version: source.version,
      received: version,
      reason,
    });
  return {
    folder,
    version,
    changed,
    read: async (file, schema) => {
      const parsed = schema.safeParse(await readJson(path.join(folder, file), MAX_BYTES));
      if (parsed.success) return parsed.data;
      const { path: place, message } = parsed.error.issues[0]!;
      throw changed(`${[file, ...place].join(' → ')}: ${message}`);
    },
  };
}
