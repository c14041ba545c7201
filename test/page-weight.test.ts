/** What the built page is made of: `npm test` and `npm run build` put it into `dist/web/`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { builtPage } from '../src/service/index.ts';

/** Of all that is loaded before anything is asked, with gzip. */
const FIRST_PAINT = 60_000;

const read = (file: string): Promise<string> => readFile(path.join(builtPage()!, file), 'utf8');
const weight = (text: string): number => gzipSync(text, { level: 9 }).length;

describe('the built page', () => {
  it('loads less than 60 kB with gzip before it shows itself', async () => {
    const html = await read('index.html');
    const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]!);
    expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(1);
    expect(files.some((file) => file.endsWith('.css'))).toBe(true);
    const texts = await Promise.all(files.map(read));
    // What scripts import at once must be among them.
    for (const [i, text] of texts.entries())
      for (const [, name] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g))
        expect(files, files[i]).toContain(`assets/${name}`);
    const bytes = [html, ...texts].reduce((sum, text) => sum + weight(text), 0);
    console.log(`first paint: ${bytes} bytes with gzip in ${files.length + 1} files`);
    expect(bytes).toBeLessThan(FIRST_PAINT);
  });

  it('holds nothing of Node, no script or style in place, and no address of anybody', async () => {
    const assets = await readdir(path.join(builtPage()!, 'assets'));
    for (const file of assets.filter((name) => name.endsWith('.js'))) {
      const text = await read(`assets/${file}`);
      expect(text.match(/browser-external|from"node:|require\("/g), file).toBeNull();
    }
    const html = await read('index.html');
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|style=/);
    expect(html).not.toMatch(/(?:src|href)="(?!\.\/)/);
    expect(html).toContain("default-src 'self'; img-src 'self' blob: data:;");
    expect(html).not.toContain('unsafe');
  });
});
