/** A report on disk: `index.html`, `results.json` and the pictures, written whole or not at all. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFolderAtomic } from '../data/files.ts';
import type { Environment } from '../evaluate/index.ts';
import { type ReportPage, renderPage } from './page.ts';

export interface ReportContent {
  readonly page: ReportPage;
  /** What `results.json` holds. */
  readonly results: unknown;
  /** Further files by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** @throws `OUTPUT_EXISTS` unless `force`; `FILE_UNREADABLE` */
export async function writeReport(
  folder: string,
  { page, results, files = {} }: ReportContent,
  options: { readonly force?: boolean; readonly also?: (temporary: string) => Promise<void> } = {},
): Promise<void> {
  await writeFolderAtomic(folder, { force: options.force ?? false }, async (temporary) => {
    const all = {
      'index.html': renderPage(page),
      'results.json': `${JSON.stringify(results, null, 2)}\n`,
      ...files,
    };
    for (const [name, content] of Object.entries(all))
      await writeFile(path.join(temporary, name), content, { flush: true });
    await options.also?.(temporary);
  });
}

/** The machine and the versions, for the foot of a page. */
export function environmentFacts({
  cpu,
  cores,
  memoryBytes,
  node,
  platform,
  commit,
  versions,
}: Environment): Record<string, string> {
  return {
    machine: `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${platform}`,
    versions: `Unseen ${versions.unseen}, ONNX Runtime ${versions.onnxruntime}, Node ${node}`,
    ...(commit !== undefined && { commit }),
  };
}
