/** Commands that can be copied from the demo's last words. */
import path from 'node:path';

/** How this program was called: `unseen` where it is installed, `node dist/cli/main.js` in a clone. */
export function programName(script = process.argv[1] ?? ''): string {
  if (path.basename(script, '.cmd') === 'unseen') return 'unseen';
  const relative = path.relative(process.cwd(), script);
  return `node ${quoted(relative.startsWith('..') ? script : relative)}`;
}

/** As one word of a shell. */
export const quoted = (word: string): string =>
  /^[\w./\\:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
