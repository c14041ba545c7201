/** `unseen collection`: items with codes and payloads that are not lost, from the making to the move to another model. */
import type { Command } from 'commander';
import { addAdd } from './collection/add.ts';
import { addCompact } from './collection/compact.ts';
import { addCreate } from './collection/create.ts';
import { addDelete } from './collection/delete.ts';
import { addExport } from './collection/export.ts';
import { addImportItems } from './collection/import.ts';
import { addInfo } from './collection/info.ts';
import { addReencode } from './collection/re-encode.ts';
import { addVerify } from './collection/verify.ts';

export function addCollection(program: Command): void {
  const collection = program
    .command('collection')
    .description('keep items with their codes, durably: make a collection, fill it, look after it');
  for (const add of [
    addCreate,
    addAdd,
    addDelete,
    addInfo,
    addVerify,
    addCompact,
    addExport,
    addImportItems,
    addReencode,
  ])
    add(collection);
}
