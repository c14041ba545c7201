/** Where the built page lies: beside the compiled program, or in `dist/` of a clone whose sources run. */
import path from 'node:path';
import { exists } from '../data/files.ts';

/** Of the page in `dist/web/`, or undefined where it was not built. */
export async function builtPage(): Promise<string | undefined> {
  const here = import.meta.dirname;
  for (const folder of [path.join(here, '../web'), path.join(here, '../../dist/web')])
    if (await exists(path.join(folder, 'index.html'))) return folder;
  return undefined;
}
