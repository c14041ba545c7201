/** Runs the built program as a user would, and makes the small data that its tests read. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { datasetFromArrays, writeDataset, writeNpy } from '../src/data/index.ts';
import { hosted, type Said } from './program-host.ts';
import { syntheticDataset } from './synthetic.ts';

const MAIN = path.join(import.meta.dirname, '../dist/cli/main.js');

/** Whatever JSON holds: tests say what they expect of it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Run extends Said {
  /** The one document on stdout; throws if there is none or more. */
  json(): Json;
}

export interface RunOptions {
  readonly cwd?: string;
  /** In a process of its own, as a user starts it. Default: one process runs all others of the test file. */
  readonly own?: boolean;
  /** Sends SIGINT to a process of its own when stderr has this text … */
  readonly interruptAt?: RegExp;
  /** … or does this with the running program. */
  readonly interrupt?: (program: ChildProcess) => void;
}

/** The words of a command line; double quotes hold words together. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word);

/** `unseen('split --data data --unseen 3 --out split.json')`; or a list, for words of any kind. */
export async function unseen(call: string | readonly string[], options: RunOptions = {}): Promise<Run> {
  const words = typeof call === 'string' ? wordsOf(call) : call;
  const alone = options.own || options.interruptAt !== undefined;
  const said = await (alone ? started(words, options) : hosted(words, options.cwd));
  return { ...said, json: () => JSON.parse(said.stdout) };
}

/** A process of its own, as a user starts it. */
function started(
  words: readonly string[],
  { cwd, interruptAt, interrupt = (program) => program.kill('SIGINT') }: RunOptions,
): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    if (interruptAt?.test(stderr) && !interrupted) {
      interrupted = true;
      interrupt(child);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs in a folder, expects success, and returns the JSON document. */
export async function succeed(line: string, cwd: string, options: RunOptions = {}): Promise<Json> {
  const result = await unseen(`${line} --json`, { cwd, ...options });
  expect(result.stderr).not.toMatch(/^error/m);
  expect(result.status).toBe(0);
  return result.json();
}

export const CLASSES = ['ant', 'bee', 'cow', 'dog', 'elk', 'fox', 'gnu', 'hen'];
export const DIM = 32;
const PER_CLASS = 24;
export const ROWS = CLASSES.length * PER_CLASS;

/** `features.npy`, `labels.npy`, `classes.txt`, `embeddings.npy`: what `unseen import npy` reads. */
export async function writeArrays(folder: string): Promise<void> {
  const data = syntheticDataset({ classes: CLASSES.length, perClass: PER_CLASS, dim: DIM });
  const { features, labels } = data.modalities.image!;
  const embeddings = [...data.classEmbeddings.values()][0]!;
  await mkdir(folder, { recursive: true });
  await writeNpy(path.join(folder, 'features.npy'), features!.data, [features!.rows, features!.cols]);
  const classes = Int32Array.from({ length: data.rows }, (_, row) => labels.first(row));
  await writeNpy(path.join(folder, 'labels.npy'), classes, [data.rows]);
  await writeNpy(path.join(folder, 'embeddings.npy'), embeddings.data, [embeddings.rows, embeddings.cols]);
  await writeFile(path.join(folder, 'classes.txt'), `${CLASSES.join('\n')}\n`);
}

/** Rows of `writePairs`, and the places of those that lack one side. */
export const PAIRS = {
  rows: 8 * 20,
  withoutPicture: (row: number): boolean => row % 13 === 5,
  withoutText: (row: number): boolean => row % 13 === 11,
} as const;

/**
 * A dataset folder of small pictures with texts, eight classes; some rows have a text or a picture only.
 */
export async function writePairs(folder: string): Promise<void> {
  const { name, classes, classEmbeddings, rows, modalities } = syntheticDataset({
    name: 'captions',
    classes: 8,
    perClass: PAIRS.rows / 8,
    side: 8,
    text: 'words',
  });
  const every = Array.from({ length: rows }, (_, row) => row);
  const part = (side: 'image' | 'text', lacks: (row: number) => boolean) => ({
    ...modalities[side]!,
    places: every.map((row) => (lacks(row) ? -1 : row)),
    labels: every.map((row) => (lacks(row) ? -1 : row % classes.length)),
  });
  const data = datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    modalities: { image: part('image', PAIRS.withoutPicture), text: part('text', PAIRS.withoutText) },
  });
  await writeDataset(data, folder);
}
