/** The commands of docs/own-data.md, one after the other, on a small folder of drawings. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Random } from '../src/random.ts';
import { unseen } from './program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CLASSES = ['boot', 'cup', 'door', 'fork', 'key', 'lamp', 'nail', 'ring', 'shell'];
const PER_CLASS = 14;
/** Few steps of a small network: every part runs, little is learned. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  train: ['steps=20', 'hidden=32', 'batch=32', 'rounds=2'],
  compare: ['tzsh.steps=20', 'tzsh.hidden=32', 'tzsh.batch=32', 'tzsh.rounds=2'],
};

/** A shape of the class, at a random place and size. */
async function draw(file: string, label: number, random: Random): Promise<void> {
  const sides = 3 + (label % 5);
  const radius = 14 + random.below(8);
  const corners = Array.from({ length: 2 * sides }, (_, i) => {
    const long = label < 5 || i % 2 === 0 ? radius : radius / 2;
    const angle = (Math.PI * i) / sides + random.normal() / 20;
    return `${32 + random.below(5) + long * Math.cos(angle)},${32 + random.below(5) + long * Math.sin(angle)}`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#fff"/><polygon points="${corners.join(' ')}" fill="#234"/></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(file);
}

async function writePhotos(folder: string): Promise<void> {
  const random = new Random(0, 'own data');
  for (const [label, name] of [...CLASSES, 'unlabelled'].entries()) {
    await mkdir(path.join(folder, name), { recursive: true });
    for (let i = 0; i < PER_CLASS; i++) await draw(path.join(folder, name, `${i}.png`), label, random);
  }
  const vectors = CLASSES.map((name) =>
    [name, ...Array.from({ length: 8 }, () => random.normal())].join(','),
  );
  await writeFile(path.join(folder, 'class_embeddings.csv'), `${vectors.join('\n')}\n`);
}

it('they lead from a folder of pictures to a report, a tuned setting and hits', {
  timeout: 900_000,
}, async () => {
  const page = await readFile(path.join(import.meta.dirname, '../docs/own-data.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
  const lines = blocks.flatMap((block) => block.trim().split('\n'));
  expect(lines.length).toBeGreaterThanOrEqual(7);
  const cwd = await temporaryFolder();
  await writePhotos(path.join(cwd, 'photos'));
  const said: string[] = [];
  for (const line of lines) {
    const words = line.split(/\s+/);
    const settings = (SHORT[words[1]!] ?? []).flatMap((setting) => ['--set', setting]);
    const { status, stdout, stderr } = await unseen([...words.slice(1), ...settings], { cwd });
    expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, '']);
    said.push(stdout);
  }
  expect(said.at(-2)).toMatch(/distance/);
  expect(said.at(-1)).toMatch(/140 items and .* all well/);
  for (const file of [
    'itq.json',
    'report/index.html',
    'report/results.csv',
    'report/results.tex',
    'report/results.json',
  ])
    expect([file, existsSync(path.join(cwd, file))]).toEqual([file, true]);
});
