import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Random } from '../src/random.ts';
import { unseen } from './program.ts';

const root = path.join(import.meta.dirname, '..');
const run = promisify(execFile);
/** Pictures of a class in the made-up photo folder. */
const PER_CLASS = 12;
/** Of training: enough to run every part of the example, not to learn. */
const BRIEF = 'steps: 20, hidden: 32, batch: 16';

let readme = '';
beforeAll(() => {
  const file = path.join(root, 'README.md');
  expect(existsSync(file), 'README.md').toBe(true);
  readme = readFileSync(file, 'utf8');
});

/** The first block of TypeScript. */
function example(): string {
  const block = /^```(?:ts|typescript)\n([\s\S]*?)^```$/m.exec(readme);
  expect(block, 'a block of TypeScript in README.md').not.toBeNull();
  return block![1]!;
}

/** A folder inside the package, where `import 'unseen'` means the package itself, as built. */
async function workFolder(): Promise<string> {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.cache', 'readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture in the colour of its class, with noise. */
async function writePicture(file: string, label: number, random: Random): Promise<void> {
  const side = 40;
  const colour = [40 + ((label * 67) % 180), 40 + ((label * 31) % 180), 40 + ((label * 113) % 180)];
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]! + random.below(30));
  await mkdir(path.dirname(file), { recursive: true });
  await sharp(data, { raw: { width: side, height: side, channels: 3 } }).toFile(file);
}

/** The folder that the example opens, with as many classes as it needs, and every other picture that it names. */
async function writePhotos(cwd: string, code: string): Promise<void> {
  const random = new Random(0, 'readme');
  const folder = /openDataset\('([^']+)'/.exec(code)![1]!;
  const unseen = Number(/unseen: (\d+)/.exec(code)?.[1] ?? 2);
  const names = Array.from({ length: unseen + 4 }, (_, i) => `class-${String(i).padStart(2, '0')}`);
  const vectors: Record<string, number[]> = {};
  for (const [label, name] of names.entries()) {
    vectors[name] = Array.from({ length: 16 }, () => random.normal());
    for (let i = 0; i < PER_CLASS; i++)
      await writePicture(path.join(cwd, folder, name, `${i}.png`), label, random);
  }
  await writeFile(path.join(cwd, folder, 'class_embeddings.json'), JSON.stringify(vectors));
  for (const [, picture] of code.matchAll(/'([^']+\.(?:jpe?g|png|webp))'/g))
    await writePicture(path.join(cwd, picture!), 1, random);
}

/** Type-checks `example.ts` in the folder and writes `example.js` beside it; returns the compiler's complaints. */
async function compile(folder: string): Promise<string> {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { noEmit: false },
    include: ['example.ts'],
    exclude: [],
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  return stdout;
}

describe('the example of the README', () => {
  it('type-checks, and runs on a folder of photos with fewer training steps', {
    timeout: 300_000,
  }, async () => {
    const folder = await workFolder();
    const code = example();
    await writeFile(path.join(folder, 'example.ts'), code);
    expect(await compile(folder)).toBe('');
    await writePhotos(folder, code);
    const compiled = path.join(folder, 'example.js');
    const long = readFileSync(compiled, 'utf8');
    const short = code.includes('steps:') ? long : long.replace(/tzsh\(\{ /, `tzsh({ ${BRIEF}, `);
    await writeFile(compiled, short);
    const { stdout } = await run(process.execPath, [compiled], { cwd: folder });
    expect(stdout).not.toBe('');
  });
});

/** Options that make the training of a command short: every part runs, little is learned. */
const SHORT = ['--set', 'epochs=1', '--set', 'leastSteps=20', '--set', 'hidden=32'];

describe('the commands of the README', () => {
  it('find emoji by words, one after the other', { timeout: 300_000 }, async () => {
    const block = /^```sh\n(unseen split +--data emoji[\s\S]*?)^```$/m.exec(readme);
    expect(block, 'a block of commands for the emoji').not.toBeNull();
    const folder = await workFolder();
    // Drawn emoji are kept in a project's own cache: the one of this package, where they may be already.
    await writeFile(path.join(folder, 'package.json'), '{}');
    await symlink(path.join(root, '.cache'), path.join(folder, '.cache'));
    let said = '';
    for (const line of block![1]!.trim().split('\n')) {
      const words = line
        .replace(/ #.*$/, '')
        .match(/"[^"]*"|\S+/g)!
        .map((word) => word.replaceAll('"', ''));
      const args = words[1] === 'train' ? [...words.slice(1), ...SHORT] : words.slice(1);
      const { status, stdout, stderr } = await unseen(args, { cwd: folder });
      expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, '']);
      said = stdout;
    }
    expect(said).toMatch(/distance[\s\S]*\((noto|twemoji|openmoji)\)/);
  });

  it('exist', async () => {
    const commands = [...readme.matchAll(/^(?:\$ )?(?:npx )?unseen ([a-z-]+)/gm)].map((match) => match[1]!);
    for (const command of new Set(commands)) {
      const { stdout } = await unseen([command, '--help']);
      expect(stdout, command).toContain(`Usage: unseen ${command}`);
    }
  });

  it('are scripts of the package, where npm runs them', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    for (const [, script] of readme.matchAll(/^(?:\$ )?npm run ([\w:]+)/gm))
      expect(scripts).toHaveProperty(script!);
  });
});
