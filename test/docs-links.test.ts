/** Links between the project's own pages lead somewhere: to a file, and to a heading where they name one. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

/** As forges make them: lower case, punctuation dropped, spaces to hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const anchorsOf = (page: string): string[] =>
  [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    anchorOf(heading!),
  );

async function pages(): Promise<string[]> {
  const docs = await readdir(path.join(root, 'docs'), { recursive: true });
  const inDocs = docs.filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs];
}

it('every link to a page or picture of the project leads somewhere', async () => {
  const broken: string[] = [];
  for (const name of await pages()) {
    const page = await readFile(path.join(root, name), 'utf8');
    const prose = page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file, anchor] = target!.split('#') as [string, string?];
      const at = file === '' ? path.join(root, name) : path.join(root, path.dirname(name), file);
      const found =
        existsSync(at) && (anchor === undefined || anchorsOf(await readFile(at, 'utf8')).includes(anchor));
      if (!found) broken.push(`${name}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
