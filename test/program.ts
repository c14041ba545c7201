/** Runs the built program as a user would, and makes the small arrays that its tests import. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeNpy } from '../src/data/npy.ts';
import { syntheticDataset } from './synthetic.ts';

const MAIN = path.join(import.meta.dirname, '../dist/cli/main.js');

/** Whatever JSON holds: tests say what they expect of it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document on stdout; throws if there is none or more. */
  json(): Json;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Sends SIGINT when stderr has this text. */
  readonly interruptAt?: RegExp;
}

export function unseen(args: readonly string[], { cwd, interruptAt }: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
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
      child.kill('SIGINT');
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr, json: () => JSON.parse(stdout) }));
  });
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
