import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS, UnseenError } from '../src/errors.ts';

const root = path.join(import.meta.dirname, '..');

const HEAD = `# Errors

Every error that Unseen throws is an \`UnseenError\`: \`code\` to branch on, \`message\` for people, \`hint\` for what to do
next, \`values\` with what was received and where, and \`exit\`. On the command line it is printed on stderr as
\`error CODE: message\` with the hint below, and with \`--json\` also on stdout:

\`\`\`json
{
  "error": {
    "code": "LABEL_OUT_OF_RANGE",
    "message": "…",
    "hint": "…",
    "exit": 2,
    "values": { "row": 12, "value": "9" }
  }
}
\`\`\`

Exit status: 0 done, 1 the work failed, 2 the call or the input is wrong. Words in braces are filled in.

This page is made from the table in \`src/errors.ts\`: \`npx vitest run test/errors-doc --update\`.
`;

function page(): string {
  const codes = Object.keys(ERRORS).sort() as (keyof typeof ERRORS)[];
  const rows = codes.map((code) => {
    const { exit, message, hint } = ERRORS[code];
    return `## ${code}\n\n- exit status ${exit}\n- says: ${message}\n- what to do: ${hint}\n`;
  });
  return `${HEAD}\n${rows.join('\n')}`;
}

describe('the error table', () => {
  it('is what docs/errors.md says', async () => {
    await expect(page()).toMatchFileSnapshot('../docs/errors.md');
  });

  it('has no row that nothing throws, and everything thrown has a row', () => {
    const text = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'errors.ts')
      .map((file) => readFileSync(path.join(root, 'src', file), 'utf8'))
      .join('\n');
    const aborts = text.includes('throwIfAborted('); // the one code that errors.ts throws itself
    const unused = Object.keys(ERRORS).filter(
      (code) => !text.includes(`'${code}'`) && !(code === 'ABORTED' && aborts),
    );
    expect(unused).toEqual([]);
  });

  it('gives every message what it needs to be a sentence', () => {
    for (const [code, { message, hint }] of Object.entries(ERRORS)) {
      expect(message, code).not.toMatch(/[.\s]$/);
      expect(hint, code).toMatch(/([.}?!]|`)$/);
    }
  });

  it('fills in values, and shortens long ones', () => {
    const error = new UnseenError('FILE_UNREADABLE', { file: 'x'.repeat(300), reason: 'ENOENT' });
    expect(error.message).toMatch(/^x{200}…: cannot be read \(ENOENT\)$/);
  });

  it('throws no bare Error where a user could meet it', () => {
    const bare: string[] = [];
    for (const file of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.includes('assembly')) continue;
      const lines = readFileSync(path.join(root, 'src', file), 'utf8').split('\n');
      for (const [i, line] of lines.entries()) {
        if (/throw new (Type|Range)?Error\(/.test(line)) bare.push(`${file}:${i + 1}: ${line.trim()}`);
      }
    }
    expect(bare).toEqual([]);
  });
});
