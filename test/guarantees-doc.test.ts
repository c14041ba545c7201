/** docs/guarantees.md: every promise names a test that is there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { STEPS } from '../src/collection/embedded/steps.ts';

const docs = path.join(import.meta.dirname, '../docs');
const page = readFileSync(path.join(docs, 'guarantees.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)]
  .map(([, promise, held]) => ({ promise: promise!, held: held! }))
  .filter(({ promise }) => promise !== 'promise' && !/^-+$/.test(promise));

describe('docs/guarantees.md', () => {
  it('has a test for every promise', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(rows)('$promise', ({ held }) => {
    const [, link, title] = /^\[[\w-]+\]\(([^)]+\.ts)\) "(.+)"$/.exec(held) ?? [];
    expect(link, held).toBeDefined();
    const text = readFileSync(path.join(docs, link!), 'utf8');
    const titles = [...text.matchAll(/(['"`])((?:(?!\1).)+)\1/g)].map((match) => match[2]!);
    expect(
      titles.filter((one) => one.includes(title!)),
      title,
    ).not.toEqual([]);
  });

  it('counts the steps of a write as the code does', () => {
    expect(page).toContain(`the ${STEPS.length} named steps`);
  });
});
