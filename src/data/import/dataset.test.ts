import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { openDataset } from '../open-dataset.ts';
import { writeDataset } from '../write-dataset.ts';
import { dataset } from './dataset.ts';

const ABOUT = { source: 'a farm', licence: 'CC0' };

async function made() {
  const folder = await temporaryFolder();
  const data = datasetFromArrays({
    name: 'farm',
    classes: ['cat', 'dog', 'hen'],
    classEmbeddings: {
      words: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    },
    splits: { proposed: { unseen: [2] } },
    groups: [1, 1, 2],
    modalities: { image: { features: [[1], [2], [3]], labels: [0, 1, -1] } },
  });
  const at = (name: string) => path.join(folder, name);
  await writeDataset(data, at('old'), { about: ABOUT });
  await writeFile(at('attributes.csv'), 'hen,0,2,0\ncat,3,0,0\ndog,0,0,4\n');
  return { data, at };
}

describe('a dataset that is given other class embeddings', () => {
  it('has them first, called as their file, and is the same in all else', async () => {
    const { data, at } = await made();
    await dataset.run(at('old'), at('new'), { embeddings: at('attributes.csv') });
    const opened = await openDataset(at('new'));
    expect([...opened.classEmbeddings.keys()]).toEqual(['attributes', 'words']);
    expect([...opened.classEmbeddings.get('attributes')!.data]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0]);
    const { classEmbeddings: _, ...rest } = opened;
    const { classEmbeddings: __, ...expected } = data;
    expect(rest).toEqual(expected);
    const { about } = JSON.parse(await readFile(path.join(at('new'), 'dataset.json'), 'utf8')) as never;
    expect(about).toEqual(ABOUT);
  });

  it('replaces those of the same name, and takes what is added between reading and writing', async () => {
    const { at } = await made();
    await dataset.run(at('old'), at('one'), { embeddings: at('attributes.csv') });
    await writeFile(at('attributes.csv'), 'hen,1\ncat,1\ndog,1\n');
    const two = await dataset.run(at('one'), at('two'), {
      name: 'zoo',
      embeddings: at('attributes.csv'),
      finish: async (read) => ({ ...read, rowNames: ['a', 'b', 'c'] }),
    });
    expect(two.name).toBe('zoo');
    expect([...two.classEmbeddings].map(([name, { cols }]) => [name, cols])).toEqual([
      ['attributes', 1],
      ['words', 2],
    ]);
    expect((await openDataset(at('two'))).rowNames).toEqual(['a', 'b', 'c']);
  });
});
