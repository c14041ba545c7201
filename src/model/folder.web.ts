/** A model folder behind a URL: the browser's twin of `folder.ts`. */
import { UnseenError } from '../errors.ts';
import { type ModelContent, readModel, wrongLength } from './content.ts';

/**
 * Fetches a folder; relative URLs are those of the page, and a query (a signature, say) goes with every file.
 * Throws as `readModel`.
 */
export function readModelFolder(folder: string): Promise<ModelContent> {
  const locate = (name: string): string => {
    const url = new URL(folder, globalThis.location?.href);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${name}`;
    return url.href;
  };
  return readModel({ locate, read: (name, limit, exact) => fetchFile(locate(name), limit, exact) });
}

/** Never more than `limit` bytes, whatever the server sends: its word for the length may be of the packed form. */
async function fetchFile(url: string, limit: number, exact: boolean): Promise<Uint8Array> {
  const missing = (reason: string, cause?: unknown): UnseenError =>
    new UnseenError('MODEL_FILE_MISSING', { file: url, reason }, { cause });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    // A manifest and an encoder of two trainings do not fit: what the cache has is shown to the server first.
    const response = await fetch(url, { cache: 'no-cache' });
    if (!response.ok) throw missing(`HTTP ${response.status}`);
    const reader = response.body!.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
      if (length > limit) await reader.cancel();
    }
  } catch (cause) {
    throw cause instanceof UnseenError ? cause : missing(String(cause), cause);
  }
  if (length > limit && !exact) {
    throw new UnseenError('FILE_LENGTH', { file: url, expected: `at most ${limit}`, received: `more` });
  }
  if (exact && length !== limit) throw wrongLength(url, length > limit ? `above ${limit}` : length, limit);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** @throws `BROWSER_UNSUPPORTED` always */
export async function writeModelFolder(
  _folder: string,
  _content: ModelContent,
  _overwrite: boolean,
): Promise<void> {
  const advice = 'Save models in Node; a browser loads them by URL.';
  throw new UnseenError('BROWSER_UNSUPPORTED', { what: 'saving a model', advice });
}
