/** Which files count as pictures where nobody lists them, and what a path of one says. */
import path from 'node:path';

/** What may be a picture by its name; that it is one, its bytes must say. */
const TAKEN = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.avif']);
/** Pictures that are not taken: whoever lays them there hears of it. */
const REFUSED = new Set(['.tif', '.tiff', '.svg', '.svgz', '.bmp', '.heic', '.heif', '.jxl', '.psd', '.ico']);
/** First folders that are no class, as in dataset folders. */
const NO_CLASS = new Set(['unlabelled', '_']);

/** Other files are passed over, as notes and tables that lie beside pictures. */
export function isPictureName(name: string): boolean {
  const ending = path.extname(name).toLowerCase();
  return TAKEN.has(ending) || REFUSED.has(ending);
}

/** The first folder of a path with `/` in it. */
export function classOfPath(name: string): string | undefined {
  const slash = name.indexOf('/');
  const first = slash > 0 ? name.slice(0, slash) : undefined;
  return first === undefined || NO_CLASS.has(first) ? undefined : first;
}
