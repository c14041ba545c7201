import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

/** The rooms of CONTRIBUTING.md in their order: each may import from those below it. */
function rooms(): string[] {
  const text = readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8');
  const table = text.slice(text.indexOf('## The rooms'), text.indexOf('## Habits'));
  return [...table.matchAll(/^\| (`[^|]+`) +\|/gm)]
    .flatMap((row) => row[1]!.split(',').map((name) => name.trim().replaceAll('`', '')))
    .filter((name) => name.startsWith('src/'));
}

const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.split(path.sep).join('/')}`)
  .filter((file) => file.endsWith('.ts') && !file.includes('/kernels/assembly/'));
/** Tests may reach for helpers and oracles wherever they are. */
const sources = files.filter((file) => !file.endsWith('.test.ts') && file !== 'src/index.ts');

/** What a file imports of this project, types included: a type, too, is something one must know. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return found.map((target) => path.posix.join(path.posix.dirname(file), target));
}

describe('the rooms of CONTRIBUTING.md', () => {
  const order = rooms();
  const roomOf = (file: string): number =>
    order.findIndex((room) => file === room || (room.endsWith('/') && file.startsWith(room)));

  it('name every source file, and only rooms that exist', () => {
    expect(order.length).toBeGreaterThan(10);
    // `src/index.ts`, the front door, re-exports from every room and belongs to none.
    expect(sources.filter((file) => roomOf(file) < 0)).toEqual([]);
    expect(order.filter((room) => !files.some((file) => file.startsWith(room)))).toEqual([]);
  });

  it('import only from rooms below', () => {
    const upward: string[] = [];
    let imports = 0;
    for (const file of sources) {
      for (const target of importsOf(file)) {
        imports++;
        if (roomOf(target) < roomOf(file)) upward.push(`${file} imports ${target}`);
      }
    }
    expect(imports).toBeGreaterThan(100);
    expect(upward).toEqual([]);
  });

  it('are imported by files that exist: relative imports end in .ts', () => {
    const missing = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => !files.includes(target) && !target.includes('/generated/'))
        .map((target) => `${file} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });
});
