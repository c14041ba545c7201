import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { datasetFromArrays } from '../../data/build-dataset.ts';
import { addWordVectors } from './dataset-words.ts';

const data = datasetFromArrays({
  name: 'zoo',
  classes: ['aardvark', 'cat'],
  modalities: { text: { texts: [['A polar-bear, unknown'], ['cats', 'Zebu']], labels: [0, 1] } },
});

it('keeps frequent words in the file’s order, and behind them those that occur', async () => {
  const frequent = Array.from({ length: 30_000 }, (_, i) => `w${i} ${i} 1`);
  const rare = ['zebra 5 5', 'zebu 1 2', 'bear 3 4', 'aardvark 6 7', 'polar-bear 8 9'];
  const file = path.join(await temporaryFolder(), 'vectors.txt');
  await writeFile(file, [...frequent, ...rare].join('\n'));
  const { wordVectors, fingerprint } = await addWordVectors(data, file);
  expect(fingerprint).toBe(data.fingerprint);
  expect(wordVectors!.words).toHaveLength(30_004);
  expect(wordVectors!.words.slice(29_999)).toEqual(['w29999', 'zebu', 'bear', 'aardvark', 'polar-bear']);
  expect([...wordVectors!.vectors.data.slice(-8)]).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
});

it('takes a small table as it is', async () => {
  const file = path.join(await temporaryFolder(), 'vectors.txt');
  await writeFile(file, 'the 1 0\ncat 0 1\n');
  expect((await addWordVectors(data, file)).wordVectors!.words).toEqual(['the', 'cat']);
});
