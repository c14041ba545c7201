import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { programName, quoted } from './next.ts';

describe('commands to copy', () => {
  it('call the program as it was called', () => {
    expect(programName('/usr/local/bin/unseen')).toBe('unseen');
    expect(programName(path.resolve('dist/cli/main.js'))).toBe(`node ${path.join('dist', 'cli', 'main.js')}`);
    expect(programName('/opt/elsewhere/my tools/main.js')).toBe("node '/opt/elsewhere/my tools/main.js'");
  });

  it.skipIf(process.platform === 'win32')('keep a folder one word', () => {
    for (const word of ['demo-output/emoji-model', 'my folder', "it's; $HOME `x`", '*'])
      expect(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`]).toString()).toBe(word);
  });
});
