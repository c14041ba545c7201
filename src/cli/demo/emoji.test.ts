import path from 'node:path';
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import type { NewItem } from '../../collection/index.ts';
import { datasetFromArrays, loadSplit } from '../../data/index.ts';
import { Model } from '../../model/index.ts';
import type { Call } from '../command.ts';
import { studyEmoji } from './emoji.ts';

/** Pictures with features, and texts. */
const features = syntheticDataset({ classes: 8, perClass: 24, text: 'words' });
const pictures = syntheticDataset({ classes: 8, perClass: 24, side: 8 });
const data = datasetFromArrays({
  name: features.name,
  classes: features.classes,
  classEmbeddings: features.classEmbeddings,
  modalities: {
    image: { ...features.modalities.image!, images: pictures.modalities.image!.images! },
    text: features.modalities.text!,
  },
});

it('the half of words measures both ways, shows what words found, and its model can be asked again', {
  timeout: 120_000,
}, async () => {
  const lines: string[] = [];
  const call: Call = {
    signal: new AbortController().signal,
    progress: { update() {}, show() {}, line: (text) => lines.push(text), stop() {} },
  };
  const half = await studyEmoji(data, [5, 6], call, {
    methods: ['cca-itq', 'czhash'],
    settings: { czhash: { hidden: 16, threads: 1 } },
  });
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(
    /^2\/2 {2}synthetic: czhash, seed 5: mAP [01]\.\d{3} on unseen classes, mean of both/,
  );
  const runs = half.results.runs as { method: string; task: string; database: string; seed: number }[];
  expect(new Set(runs.map(({ task }) => task))).toEqual(new Set(['image->text', 'text->image']));
  expect(new Set(runs.map(({ seed }) => seed))).toEqual(new Set([5]));
  expect(half.results.verdict).toMatchObject({ rival: { method: 'cca-itq' } });
  expect(half.verdict).toContain('CZHash');
  expect(half.tables.map(({ task, database }) => `${task} ${database}`)).toEqual([
    'image<->text unseen',
    'image<->text generalized',
    'image->text unseen',
    'text->image unseen',
  ]);
  expect(half.pictures['text-to-image.png']!.alt).toContain('czhash');
  expect(half.facts['emoji drawn by']).toMatch(/Noto.*Twemoji.*OpenMoji/);

  const folder = await temporaryFolder();
  await half.save(folder);
  const split = await loadSplit(path.join(folder, 'emoji-split.json'));
  expect(split.hash).toBe(half.facts['emoji split']);
  const model = await Model.load(path.join(folder, 'emoji-model'));
  expect(model.fingerprint).toBe(half.facts['emoji model']);
  expect(model.modalities).toEqual(['image', 'text']);
  const said = half.next!(folder);
  expect(said).toContain(`--model ${path.join(folder, 'emoji-model')} --data synthetic --modality image`);

  const [own, other] = half.collections;
  expect([own!.name, other!.name]).toEqual(['emoji', 'emoji-cca-itq']);
  expect([own!.model.fingerprint, own!.rows]).toEqual([model.fingerprint, data.rows]);
  const items: NewItem[] = [];
  for await (const some of own!.items()) items.push(...some);
  expect(items).toHaveLength(data.rows);
  const codes = { image: await model.encode('image', data.modalities.image!.features!) };
  const [text, ...tags] = data.modalities.text!.texts![7]!;
  expect(items[7]).toMatchObject({
    codes: { image: codes.image.row(7) },
    payload: { text, tags, class: data.classes[7] },
    picture: { type: 'image/png' },
  });
  expect(Object.keys(items[7]!.codes)).toEqual(['image', 'text']);
});
