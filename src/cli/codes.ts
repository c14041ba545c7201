/** `unseen codes`: work on files of codes that needs no model. */
import type { Command } from 'commander';
import { addConvert } from './codes/convert.ts';
import { addDedup } from './codes/dedup.ts';
import { addKnnGraph } from './codes/knn-graph.ts';
import { addIndex } from './codes/make-index.ts';

export function addCodes(program: Command): void {
  const codes = program
    .command('codes')
    .description('find duplicates and neighbours among codes; make index files; change their form');
  for (const add of [addDedup, addKnnGraph, addIndex, addConvert]) add(codes);
}
