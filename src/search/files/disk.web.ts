/** Files behind URLs: the browser's twin of `disk.ts`. */
import { UnseenError } from '../../errors.ts';
import { type ByteSink, type ByteSource, blobSource } from './source.ts';

/** Fetches it; relative URLs are those of the page. @throws `FILE_UNREADABLE` */
export async function openFile(location: string | URL): Promise<ByteSource> {
  const file = String(location);
  const unreadable = (reason: string, cause?: unknown): UnseenError =>
    new UnseenError('FILE_UNREADABLE', { file, reason }, { cause });
  try {
    const response = await fetch(location);
    if (!response.ok) throw unreadable(`HTTP ${response.status}`);
    return blobSource(await response.blob(), file); // the server's word for the length may be of a packed form
  } catch (cause) {
    throw cause instanceof UnseenError ? cause : unreadable(String(cause), cause);
  }
}

/** @throws `BROWSER_UNSUPPORTED` always */
export async function createFile(_location: string | URL): Promise<ByteSink> {
  const advice =
    'Take the bytes (indexToBytes, faissFlatToBytes): a page can store them or offer a Blob of them.';
  throw new UnseenError('BROWSER_UNSUPPORTED', { what: 'writing a file', advice });
}
