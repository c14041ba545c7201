import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { openPackages } from './packages.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A project to work in that has one package: version 1.0.1, with a list. */
async function project(list: string): Promise<void> {
  const root = await temporaryFolder();
  const folder = path.join(root, 'node_modules', 'unseen-test-words');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{"name": "unseen-test-words", "version": "1.0.1"}');
  await writeFile(path.join(folder, 'list.json'), list);
  vi.spyOn(process, 'cwd').mockReturnValue(root);
}

const wanted = (name: string) => ({ name, version: '1.0.0' });
const schema = z.object({ words: z.array(z.string()) });

describe('packages of bundled sets', () => {
  it('are found in the project that is being worked in', async () => {
    await project('{"words": ["cat"]}');
    const [words] = await openPackages('the set', [wanted('unseen-test-words')]);
    expect(words!.version).toBe('1.0.1');
    expect(await words!.read('list.json', schema)).toEqual({ words: ['cat'] });
  });

  it('of another shape are named, with the place and the version to install', async () => {
    await project('{"words": ["cat", 7]}');
    const [words] = await openPackages('the set', [wanted('unseen-test-words')]);
    await expect(words!.read('list.json', schema)).rejects.toMatchObject({
      code: 'PACKAGE_CHANGED',
      message: expect.stringContaining('unseen-test-words 1.0.1'),
      hint: 'Run: npm install unseen-test-words@1.0.0',
      values: { reason: expect.stringContaining('list.json → words → 1') },
    });
    await expect(words!.read('other.json', schema)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('that are missing are named together', async () => {
    await project('{}');
    const opening = openPackages('the set', ['unseen-a', 'unseen-test-words', '@unseen/b'].map(wanted));
    await expect(opening).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message: expect.stringContaining('the set needs'),
      hint: 'Run: npm install unseen-a@1.0.0 @unseen/b@1.0.0',
    });
  });
});
