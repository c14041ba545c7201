/**
 * A collection as a folder that any static file server can hand out: the page, codes, payloads, pictures, the model, and
 * ONNX Runtime. The page then searches by itself; docs/page.md tells how.
 */
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { CollectionReader } from '../collection/index.ts';
import { writeFolderAtomic } from '../data/files.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';
import { builtPage } from '../service/index.ts';
import { modelInfo } from '../service/model-info.ts';
import { SITE_FILE, SITE_FORMAT, type SiteManifest } from './format.ts';
import { writeRows } from './rows.ts';

/** The build that the page loads, and the WebAssembly that lies beside it. */
const RUNTIME = { script: 'ort.wasm.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.wasm' } as const;

export interface SiteOptions {
  /** Shown as the page's name. Default: the collection's. */
  readonly title?: string;
  /** Replace an existing folder. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Items of which payload and picture are written, and in all. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface SiteSummary {
  readonly items: number;
  readonly pictures: number;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes the folder whole or not at all.
 * @throws `COLLECTION_OTHER_MODEL`, `PAGE_MISSING`, `PACKAGE_MISSING`, `OUTPUT_EXISTS` unless `force`, `FILE_UNWRITABLE`,
 *   `ABORTED`
 */
export async function exportSite(
  reader: CollectionReader,
  model: Model,
  out: string,
  { title = reader.name, force = false, signal, onProgress }: SiteOptions = {},
): Promise<SiteSummary> {
  const { fingerprint: received } = model;
  if (received !== reader.model)
    throw new UnseenError('COLLECTION_OTHER_MODEL', { name: reader.name, expected: reader.model, received });
  const page = builtPage();
  if (page === undefined) throw new UnseenError('PAGE_MISSING', {});
  const runtime = runtimeFolder();
  let summary: SiteSummary | undefined;
  await writeFolderAtomic(out, { force }, async (folder) => {
    await cp(page, folder, { recursive: true });
    const html = await readFile(path.join(folder, 'index.html'), 'utf8');
    await writeFile(path.join(folder, 'index.html'), sitePage(html));
    await mkdir(path.join(folder, 'ort'));
    // `.js`: not every server knows the type of `.mjs`.
    await cp(path.join(runtime, RUNTIME.script), path.join(folder, 'ort', 'ort.js'));
    await cp(path.join(runtime, RUNTIME.wasm), path.join(folder, 'ort', RUNTIME.wasm));
    await model.save(path.join(folder, 'model'));
    const rows = await writeRows(reader, folder, {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    const manifest: SiteManifest = {
      format: SITE_FORMAT,
      title,
      collection: { name: reader.name, bits: reader.bits, items: rows.items, version: rows.version },
      model: modelInfo(model),
      indexes: rows.indexes,
      chunk: rows.chunk,
      firsts: rows.firsts,
    };
    await writeFile(path.join(folder, SITE_FILE), JSON.stringify(manifest), { flush: true });
    throwIfAborted(signal, 'the export of the site', 'Nothing was written.');
    summary = { items: rows.items, pictures: rows.pictures, ...(await sizeOf(folder)) };
  });
  return summary!;
}

/** Says that this page searches by itself, and lets WebAssembly run; all else stays forbidden. */
export function sitePage(html: string): string {
  const marked = html.replace('<title>', `<meta name="unseen-site" content="${SITE_FILE}" />\n    <title>`);
  return marked.replace("default-src 'self';", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval';");
}

/** @throws `PACKAGE_MISSING` */
function runtimeFolder(): string {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
  } catch (cause) {
    const values = { what: 'a site that searches by itself', packages: 'onnxruntime-web' };
    throw new UnseenError('PACKAGE_MISSING', values, { cause });
  }
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  let bytes = 0;
  for (const { parentPath, name } of files) bytes += (await stat(path.join(parentPath, name))).size;
  return { files: files.length, bytes };
}
