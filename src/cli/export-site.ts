/** `unseen export-site`: a collection as a folder of static files that searches in the browser. */
import path from 'node:path';
import type { Command } from 'commander';
import { addCommand, perform } from './command.ts';
import { checkOutputFolder } from './outputs.ts';

interface ExportSiteOptions {
  readonly collection: string;
  readonly model: string;
  readonly out: string;
  readonly title?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addExportSite(program: Command): void {
  addCommand(
    program,
    'export-site',
    'write a collection as a folder of static files: the page then searches in the browser, without a service',
    ['export-site --collection birds/ --model model/ --out site/ --title "Birds of the lake"'],
  )
    .requiredOption('--collection <dir>', 'collection folder')
    .requiredOption('--model <dir>', 'folder of the model that made its codes')
    .requiredOption('--out <dir>', 'folder to write; any web server can hand it out as it is')
    .option('--title <text>', "name of the page; default: the collection's")
    .option('--force', 'replace a folder that this command wrote')
    .action((options: ExportSiteOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { collection, model: modelFolder, out, title, force = false } = options;
        const { SITE_FILE } = await import('../site/format.ts');
        await checkOutputFolder(out, force, SITE_FILE);
        const [{ openReader }, { Model }, { exportSite }] = await Promise.all([
          import('../collection/index.ts'),
          import('../model/index.ts'),
          import('../site/export.ts'),
        ]);
        const model = await Model.load(modelFolder);
        const reader = await openReader(collection);
        try {
          const summary = await exportSite(reader, model, out, {
            force,
            signal,
            ...(title !== undefined && { title }),
            onProgress: ({ done, total }) => progress.update('items and pictures', done / total),
          });
          const { items, pictures, files, bytes } = summary;
          return {
            json: { folder: out, ...summary },
            text:
              `${path.join(out, '/')}: ${items} items, ${pictures} pictures, ${files} files, ${(bytes / 1e6).toFixed(1)} MB. ` +
              `Hand it out by any web server, for example: npx serve ${out}`,
          };
        } finally {
          await reader.close();
        }
      }),
    );
}
