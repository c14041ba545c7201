import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';

afterEach(() => {
  vi.doUnmock('h5wasm/node');
  vi.resetModules();
});

it('without h5wasm a file of version 7.3 is answered with the command that installs it', async () => {
  const file = path.join(await temporaryFolder(), 'a.mat');
  await writeFile(file, Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(512)]));
  vi.resetModules();
  vi.doMock('h5wasm/node', () => {
    throw Object.assign(new Error("Cannot find package 'h5wasm'"), { code: 'ERR_MODULE_NOT_FOUND' });
  });
  const { withMat } = await import('./mat.ts');
  const refused = withMat(file, async () => undefined);
  await expect(refused).rejects.toMatchObject({ code: 'PACKAGE_MISSING' });
  await expect(refused).rejects.toThrow('h5wasm');
});
