/** Examples of pages that are cut from tests: what stands between "cut" and "end" of the test is on the page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** `page` in `docs/`, and the test's own file. */
export function docExamples(page: string, test: string) {
  const text = readFileSync(path.join(import.meta.dirname, '../docs', page), 'utf8');
  const source = readFileSync(test, 'utf8');
  return {
    /** The block behind a marker of the page. */
    onPage: (name: string): string =>
      new RegExp(`<!-- cut from [^:]*: ${name} -->\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ??
      '',
    /** The lines between two marks of the test, moved to the left. */
    inTest: (name: string): string =>
      new RegExp(`// cut: ${name}\\n([\\s\\S]*?) *// end`).exec(source)![1]!.replace(/^ {4}/gm, ''),
  };
}

/** What an example prints, without printing it. */
export function spy(): unknown[] {
  const said: unknown[] = [];
  const { log } = console;
  onTestFinished(() => {
    console.log = log;
  });
  console.log = (...values) => said.push(...values);
  return said;
}
