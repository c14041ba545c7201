import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCollection } from '../src/collection/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = path.join(import.meta.dirname, '..');
const page = readFileSync(path.join(root, 'docs/collection.md'), 'utf8');

describe('docs/collection.md', () => {
  it('shows code that runs and prints what it says', async () => {
    const example = page.match(/```ts\n([\s\S]*?)```/)![1]!;
    const folder = await temporaryFolder();
    const lines: unknown[] = [];
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const run = new AsyncFunction('createCollection', 'model', 'owl', 'tit', 'console', example);
    await run(
      (name: string, options: Parameters<typeof createCollection>[1]) =>
        createCollection(path.join(folder, name), options),
      { fingerprint: 'd'.repeat(64) },
      new Uint8Array(8),
      new Uint8Array(8).fill(1),
      { log: (line: unknown) => lines.push(line) },
    );
    expect(lines).toEqual([['tit.jpg']]);
    expect(example).toContain("// [ 'tit.jpg' ]");
  });
});
