/** What docs/text.md promises of the encoder as a whole. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');

it('the example of docs/text.md runs and prints what its comments say', async () => {
  const text = readFileSync(path.join(root, 'docs/text.md'), 'utf8');
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(text)![1]!;
  const promised = [...example.matchAll(/^console\.log.*; \/\/ ([^:\n]*)/gm)].map((match) => match[1]!);
  await mkdir(path.join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.cache', 'text-doc-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const front = path.join(root, 'src/index.ts');
  const file = path.join(folder, 'example.ts');
  await writeFile(file, `${example.replace("'unseen'", `'${front}'`)}\nexport { again, encoder };\n`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const { again, encoder } = await import(file);
  const printed = log.mock.calls.map((values) =>
    values.map((value) => (Array.isArray(value) ? `[ ${value} ]` : value)).join(' '),
  );
  expect(printed).toEqual(promised);
  expect(again.encode(['ponies'])).toEqual(encoder.encode(['ponies']));
});

it('encoding needs nothing of Node: neither the encoder nor what it imports', () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, type, name] of text.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)'/gm)) {
      if (type) continue;
      const target = path.join(path.dirname(file), name!);
      if (name!.startsWith('.') && existsSync(target)) visit(target);
      else outside.add(name!);
    }
  };
  visit(path.join(import.meta.dirname, 'word-encoder.ts'));
  expect(seen.size).toBeGreaterThan(8);
  expect([...outside]).toEqual(['zod']);
});
