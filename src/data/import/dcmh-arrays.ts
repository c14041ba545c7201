/** The arrays of DCMH's sets, in one `.mat` file or spread over several in a folder. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { unreadable } from '../files.ts';
import { withMat } from '../mat/mat.ts';
import type { MatFile } from '../mat/mat-file.ts';
import { variableOf } from './mat-arrays.ts';

/** Names of arrays, by what they hold. */
const SPELLINGS = {
  pictures: ['IAll', 'images'],
  features: ['XAll'],
  tags: ['YAll'],
  labels: ['LAll'],
  names: ['FAll'],
} as const;
type Role = keyof typeof SPELLINGS;
const ROLES = Object.keys(SPELLINGS) as Role[];

/** As released, each array's file may lie in a folder of its own. */
const MAX_DEPTH = 2;

export interface Found {
  readonly mat: MatFile;
  readonly name: string;
}
export type Arrays = Partial<Record<Role, Found>>;

/** Every `.mat` file of a folder and its subfolders. */
export async function matFiles(folder: string, depth = 1): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isFile() && /\.mat$/i.test(entry.name)) found.push(file);
    else if (entry.isDirectory() && depth < MAX_DEPTH) found.push(...(await matFiles(file, depth + 1)));
  }
  return found;
}

/** Opens file after file, and hands over what they hold together while all of them are open. */
export async function withArrays<T>(
  files: readonly string[],
  source: string,
  use: (arrays: Arrays) => Promise<T>,
  arrays: Arrays = {},
): Promise<T> {
  const [file, ...rest] = files;
  if (file === undefined) return use(arrays);
  return withMat(file, async (mat) => {
    const more: Arrays = { ...arrays };
    for (const role of ROLES) {
      const name = variableOf(mat, SPELLINGS[role]);
      const before = arrays[role];
      if (name !== undefined && before) {
        const reason = 'must be in one file: give that file, or a folder of one set';
        const received = [before.mat.file, file];
        throw new UnseenError('FILE_MALFORMED', { file: source, where: name, reason, received });
      }
      if (name !== undefined) more[role] = { mat, name };
    }
    return withArrays(rest, source, use, more);
  });
}

/** Throws `MAT_VARIABLE_MISSING`. */
export function needed(arrays: Arrays, role: Role, source: string): Found {
  const found = arrays[role];
  if (found) return found;
  const known = Object.values(arrays).map(({ name }) => name);
  throw new UnseenError('MAT_VARIABLE_MISSING', {
    file: source,
    expected: SPELLINGS[role].join(' or '),
    known: known.join(', ') || 'nothing that is asked for',
  });
}
