import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { type DatasetParts, datasetFromArrays } from './build-dataset.ts';
import { openDataset } from './open-dataset.ts';
import { writeDataset } from './write-dataset.ts';

const build = (splits?: DatasetParts['splits']) =>
  datasetFromArrays({
    name: 'four',
    classes: ['cat', 'dog', 'hen', 'ox'],
    ...(splits && { splits }),
    modalities: { image: { features: [[0], [1], [2], [3]], labels: [0, 1, 2, 3] } },
  });

/** The dataset as a folder whose `dataset.json` says something else. */
async function folderWith(splits: unknown): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'four');
  await writeDataset(build(), folder);
  const file = path.join(folder, 'dataset.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...json, splits }));
  return folder;
}

describe('splits that come with a dataset', () => {
  it('are written by class names and read back, ascending', async () => {
    const data = build({ proposed: { unseen: [3, 1] }, standard: { unseen: Int32Array.of(0) } });
    expect(data.splits).toEqual({ proposed: { unseen: [1, 3] }, standard: { unseen: [0] } });
    const folder = path.join(await temporaryFolder(), 'four');
    await writeDataset(data, folder);
    const json = JSON.parse(await readFile(path.join(folder, 'dataset.json'), 'utf8'));
    expect(json.splits).toEqual({ proposed: { unseen: ['dog', 'ox'] }, standard: { unseen: ['cat'] } });
    const opened = await openDataset(folder);
    expect(opened.splits).toEqual(data.splits);
    expect(opened.fingerprint).toBe(data.fingerprint);
  });

  it('do not change the fingerprint: splits and models of the dataset stay valid', () => {
    expect(build({ proposed: { unseen: [1] } }).fingerprint).toBe(build().fingerprint);
    expect(build({}).splits).toBeUndefined();
  });

  it.each([[[]], [[0, 1, 2, 3]], [[4]], [[-1]], [[1, 1]], [[0.5]], [[Number.NaN]]])(
    'classes out of range, repeated, none or all are refused: %j',
    (unseen) => {
      expect(() => build({ proposed: { unseen } })).toThrow(
        expect.objectContaining({
          code: 'ARGUMENT_INVALID',
          message: expect.stringContaining('splits.proposed.unseen'),
        }),
      );
    },
  );

  it.each([
    [{ proposed: { unseen: ['cow'] } }, 'splits.proposed.unseen.0'],
    [{ proposed: { unseen: [1] } }, 'splits.proposed.unseen.0'],
    [{ proposed: { unseen: [] } }, 'splits.proposed.unseen'],
    [{ proposed: { unseen: ['cat'], seen: ['dog'] } }, 'splits.proposed'],
    [{ '': { unseen: ['cat'] } }, 'splits'],
    [[['cat']], 'splits'],
  ])('what dataset.json says wrongly is named: %j', async (splits, where) => {
    await expect(openDataset(await folderWith(splits))).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      message: expect.stringContaining(where),
    });
  });
});
