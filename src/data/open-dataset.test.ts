import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { UnseenError } from '../errors.ts';
import { datasetFromArrays } from './build-dataset.ts';
import type { Dataset } from './dataset.ts';
import { readDatasetJson } from './dataset-json.ts';
import { imagesFromPaths } from './images.ts';
import { Labels } from './labels.ts';
import { writeNpy } from './npy.ts';
import { openDataset } from './open-dataset.ts';
import { writeDataset } from './write-dataset.ts';

type Changes = Readonly<Record<string, unknown>>;

/** Six rows in two files, two classes and an unlabelled row, as the README of the format describes. */
async function makeFolder(changes: Changes = {}): Promise<string> {
  const folder = await temporaryFolder();
  const at = (name: string) => path.join(folder, name);
  await writeNpy(at('f1.npy'), Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [4, 2]);
  await writeNpy(at('f2.npy'), Float32Array.of(9, 10, 11, 12), [2, 2]);
  await writeNpy(at('l1.npy'), Uint8Array.of(0, 1, 0, 1), [4]);
  await writeNpy(at('l2.npy'), Uint8Array.of(255, 0), [2]);
  await writeNpy(at('e.npy'), Float32Array.of(3, 4, 0, 2), [2, 2]);
  await writeNpy(at('g.npy'), Int32Array.of(1, 1, 2, 2, 3, 4), [6]);
  const json = {
    format: 'unseen-dataset/1',
    name: 'six',
    rows: 6,
    classes: ['cat', 'dog'],
    classEmbeddings: { words: 'e.npy' },
    parts: { train: [0, 4], test: [4, 6] },
    groups: 'g.npy',
    modalities: {
      image: { features: ['f1.npy', 'f2.npy'], labels: ['l1.npy', 'l2.npy'], extractor: 'gradients/1' },
    },
    ...changes,
  };
  await writeFile(at('dataset.json'), JSON.stringify(json));
  return folder;
}

const image = (changes: Changes) => ({
  modalities: { image: { features: ['f1.npy', 'f2.npy'], labels: ['l1.npy', 'l2.npy'], ...changes } },
});

const labelsOf = (labels: Labels) => Array.from({ length: labels.rows }, (_, row) => [...labels.of(row)]);

describe('openDataset', () => {
  it('reads lists in order, marks unlabelled rows, and gives class embeddings unit rows', async () => {
    const data = await openDataset(await makeFolder());
    const { features, labels, extractor } = data.modalities.image!;
    expect([...features!.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(labelsOf(labels)).toEqual([[0], [1], [0], [1], [], [0]]);
    expect(extractor).toBe('gradients/1');
    expect([...data.groups!]).toEqual([1, 1, 2, 2, 3, 4]);
    const embeddings = data.classEmbeddings.get('words')!;
    expect([...embeddings.data]).toEqual([0.6, 0.8, 0, 1].map(Math.fround));
  });

  it('the fingerprint follows name, classes, labels, groups and parts, and not the features', async () => {
    const fingerprint = async (changes: Changes = {}) =>
      (await openDataset(await makeFolder(changes))).fingerprint;
    const original = await fingerprint();
    expect(original).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprint()).toBe(original);
    expect(await fingerprint(image({ features: ['f2.npy', 'f1.npy'] }))).toBe(original);
    const others = [
      await fingerprint({ name: 'seven' }),
      await fingerprint({ classes: ['cat', 'cow'] }),
      await fingerprint({ parts: { train: [0, 3], test: [4, 6] } }),
      await fingerprint({ parts: undefined }),
      await fingerprint({ groups: undefined }),
      await fingerprint(image({ labels: ['l2.npy', 'l1.npy'] })),
    ];
    expect(new Set([original, ...others]).size).toBe(7);
  });

  it.each<[string, Changes, string, Changes]>([
    [
      'another format version',
      { format: 'unseen-dataset/2' },
      'FILE_MALFORMED',
      { where: 'format', received: 'unseen-dataset/2' },
    ],
    ['a field that does not exist', { classembeddings: {} }, 'FILE_MALFORMED', {}],
    ['no rows', { rows: 0 }, 'FILE_MALFORMED', { where: 'rows', received: 0 }],
    ['rows that do not add up', { rows: 7 }, 'DATASET_ROWS', { received: 6, expected: 7 }],
    [
      'a part beyond the rows',
      { parts: { train: [0, 4], test: [4, 7] } },
      'ARGUMENT_INVALID',
      { name: 'parts.test' },
    ],
    ['parts that overlap', { parts: { train: [0, 5], test: [4, 6] } }, 'ARGUMENT_INVALID', { name: 'parts' }],
    ['a class twice', { classes: ['cat', 'cat'] }, 'ARGUMENT_INVALID', { name: 'classes', received: 'cat' }],
    ['no modality', { modalities: {} }, 'FILE_MALFORMED', { where: 'modalities' }],
    [
      'a modality of labels only',
      image({ features: undefined }),
      'FILE_MALFORMED',
      { where: 'modalities.image' },
    ],
    ['a vague claim of pairs', { paired: 'some' }, 'FILE_MALFORMED', { where: 'paired', received: 'some' }],
    ['a path upwards', image({ features: '../f1.npy' }), 'PATH_OUTSIDE', { received: '../f1.npy' }],
    ['a path upwards and back', image({ features: 'a/../../b.npy' }), 'PATH_OUTSIDE', {}],
    ['a Windows path upwards', image({ features: 'a\\..\\..\\b.npy' }), 'PATH_OUTSIDE', {}],
    [
      'an absolute path',
      { classEmbeddings: { words: '/etc/passwd' } },
      'PATH_OUTSIDE',
      { received: '/etc/passwd' },
    ],
    ['a drive', { groups: 'C:\\g.npy' }, 'PATH_OUTSIDE', {}],
    ['a path with NUL', { names: 'a\0b' }, 'PATH_OUTSIDE', {}],
    ['a missing file', image({ features: 'none.npy' }), 'FILE_UNREADABLE', {}],
    ['groups that are no int32', { groups: 'l1.npy' }, 'FILE_MALFORMED', { where: 'groups' }],
    [
      'features of two widths',
      image({ features: ['f1.npy', 'wide.npy'] }),
      'FILE_MALFORMED',
      { received: 3 },
    ],
    [
      'a label that is no class',
      image({ labels: ['l1.npy', 'bad.npy'] }),
      'LABEL_OUT_OF_RANGE',
      { row: 1, value: '2' },
    ],
    ['a matrix that is not 0/1', image({ labels: ['l1.npy', 'two.npy'] }), 'LABEL_OUT_OF_RANGE', { row: 1 }],
    [
      'NaN in the features',
      image({ features: ['f1.npy', 'nan.npy'] }),
      'VALUE_NOT_FINITE',
      { row: 1, column: 0 },
    ],
    [
      'a zero embedding',
      { classEmbeddings: { words: 'zero.npy' } },
      'CLASS_EMBEDDING_ZERO',
      { name: 'dog', row: 1 },
    ],
    [
      'embeddings of other classes',
      { classEmbeddings: { words: 'f1.npy' } },
      'ARGUMENT_INVALID',
      { received: 4 },
    ],
  ])('%s is refused by name', async (_, changes, code, values) => {
    const folder = await makeFolder(changes);
    const at = (name: string) => path.join(folder, name);
    await writeNpy(at('wide.npy'), new Float32Array(6), [2, 3]);
    await writeNpy(at('bad.npy'), Uint8Array.of(0, 2), [2]);
    await writeNpy(at('two.npy'), Uint8Array.of(0, 1, 2, 0), [2, 2]);
    await writeNpy(at('nan.npy'), Float32Array.of(0, 0, Number.NaN, 0), [2, 2]);
    await writeNpy(at('zero.npy'), Float32Array.of(1, 0, 0, 0), [2, 2]);
    await expect(openDataset(folder)).rejects.toMatchObject({ code, values });
  });

  it('a link that leads out of the folder is refused, one that stays is followed', async () => {
    const other = await makeFolder();
    const folder = await makeFolder(image({ features: ['link.npy', 'f2.npy'] }));
    await symlink(path.join(other, 'f1.npy'), path.join(folder, 'link.npy'));
    await expect(openDataset(folder)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    const inner = await makeFolder(image({ features: ['link.npy', 'f2.npy'] }));
    await symlink('f1.npy', path.join(inner, 'link.npy'));
    expect((await openDataset(inner)).rows).toBe(6);
  });

  it('the example in docs/data.md is valid', async () => {
    const docs = await readFile(new URL('../../docs/data.md', import.meta.url), 'utf8');
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'dataset.json'), /```json\n([\s\S]*?)```/.exec(docs)![1]!);
    expect(await readDatasetJson(folder)).toMatchObject({ name: 'shop', rows: 5000 });
  });

  it('text that is no JSON, no UTF-8 or far too large is refused', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'dataset.json');
    for (const bytes of [Buffer.from('{'), Buffer.of(34, 255, 34), Buffer.from('null'), Buffer.from('[]')]) {
      await writeFile(file, bytes);
      await expect(openDataset(folder)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    }
    await expect(openDataset(file)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('labels of 256 classes and more need wider items; 255 is then a class', async () => {
    const classes = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const changes = { classes, classEmbeddings: undefined };
    await expect(openDataset(await makeFolder(changes))).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    const folder = await makeFolder({ ...changes, ...image({ labels: 'wide.npy' }) });
    await writeNpy(path.join(folder, 'wide.npy'), BigInt64Array.of(255n, 299n, -1n, 0n, 1n, 2n), [6]);
    const { labels } = (await openDataset(folder)).modalities.image!;
    expect(labelsOf(labels)).toEqual([[255], [299], [], [0], [1], [2]]);
  });

  it('texts and names are read from their lines, and errors name the line', async () => {
    const modalities = { text: { texts: 't.jsonl', labels: ['l1.npy', 'l2.npy'] } };
    const folder = await makeFolder({ modalities, names: 'n.txt' });
    const lines = [
      '{"text":"a"}',
      '{"text":["b","c"]}',
      '{"text":"d"}',
      '{"text":"e"}',
      '{"text":"f"}',
      '{"text":"g"}',
    ];
    await writeFile(path.join(folder, 't.jsonl'), `${lines.join('\n')}\n`);
    await writeFile(path.join(folder, 'n.txt'), 'u\nv\nw\nx\ny\nz\n');
    const data = await openDataset(folder);
    expect(data.modalities.text!.texts).toEqual([['a'], ['b', 'c'], ['d'], ['e'], ['f'], ['g']]);
    expect(data.rowNames).toEqual(['u', 'v', 'w', 'x', 'y', 'z']);
    await writeFile(path.join(folder, 't.jsonl'), `${lines.join('\n').replace('"e"', '7')}\n`);
    await expect(openDataset(folder)).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      values: { where: 'line 4' },
    });
  });
});

describe('a hostile dataset.json', () => {
  it('whatever stands in any field, the folder opens or a typed error names it', async () => {
    const folder = await makeFolder();
    const file = path.join(folder, 'dataset.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const keys = [...Object.keys(json), 'names', 'paired', 'about', '__proto__', 'constructor'];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('f1.npy', 'l1.npy', 'dataset.json', '.', 'é', '//', 'nul'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), value, fc.boolean(), async (key, hostile, inModality) => {
        const modality = { features: ['f1.npy', 'f2.npy'], labels: ['l1.npy', 'l2.npy'], [key]: hostile };
        const changed = inModality
          ? { ...json, modalities: { image: modality } }
          : { ...json, [key]: hostile };
        await writeFile(file, JSON.stringify(changed));
        const error = await openDataset(folder).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(UnseenError);
        if (error instanceof UnseenError) expect(error.code).not.toBe('INTERNAL');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a folder of pictures', () => {
  const place = async (folder: string, ...names: string[]) => {
    for (const name of names) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), name);
    }
  };

  it('opens as a dataset: one subfolder a class, "_" and "unlabelled" for none', async () => {
    const folder = await temporaryFolder();
    await place(
      folder,
      'owl/1.jpg',
      'owl/deep/2.png',
      'cat/3.jpg',
      '_/4.jpg',
      'unlabelled/5.jpg',
      '6.jpg',
      'readme.txt',
    );
    await writeFile(path.join(folder, 'class_embeddings.csv'), 'class,x,y\nowl,3,4\ncat,0,2\n"a, b",1,1\n');
    const data = await openDataset(folder);
    expect(data.classes).toEqual(['cat', 'owl']);
    expect(data.rowNames).toEqual([
      '6.jpg',
      '_/4.jpg',
      'cat/3.jpg',
      'owl/1.jpg',
      'owl/deep/2.png',
      'unlabelled/5.jpg',
    ]);
    expect(labelsOf(data.modalities.image!.labels)).toEqual([[], [], [0], [1], [1], []]);
    expect([...data.classEmbeddings.get('default')!.data]).toEqual([0, 1, 0.6, 0.8].map(Math.fround));
  });

  it('opens without class embeddings, and is refused without classes', async () => {
    const folder = await temporaryFolder();
    await place(folder, '1.jpg');
    await expect(openDataset(folder)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    await place(folder, 'cat/2.jpg');
    expect((await openDataset(folder)).classEmbeddings.size).toBe(0);
  });
});

describe('datasetFromArrays', () => {
  const features = [
    [1, 2],
    [3, 4],
  ];
  const parts = { name: 'two', classes: ['a', 'b'], modalities: { image: { features, labels: [0, 1] } } };

  it('takes lists, typed arrays, class lists and Labels alike', () => {
    const fingerprints = [[0, 1], Int32Array.of(0, 1), [[0], [1]], Labels.fromLists([[0], [1]], 2)].map(
      (labels) => datasetFromArrays({ ...parts, modalities: { image: { features, labels } } }).fingerprint,
    );
    expect(new Set(fingerprints).size).toBe(1);
  });

  it('one matrix of class embeddings is the default one, and the caller’s array is left as it was', () => {
    const data = Float32Array.of(0, 2, 3, 0);
    const { classEmbeddings } = datasetFromArrays({ ...parts, classEmbeddings: { data, rows: 2, cols: 2 } });
    expect([...classEmbeddings.get('default')!.data]).toEqual([0, 1, 1, 0]);
    expect([...data]).toEqual([0, 2, 3, 0]);
  });

  it.each<[string, object, string]>([
    ['rows that differ', { modalities: { image: { features, labels: [0] } } }, 'DATASET_ROWS'],
    [
      'modalities that differ',
      { modalities: { ...parts.modalities, text: { features: [[1]], labels: [0] } } },
      'DATASET_ROWS',
    ],
    ['groups that differ', { groups: [1] }, 'DATASET_ROWS'],
    ['names that differ', { rowNames: ['a'] }, 'DATASET_ROWS'],
    ['a fractional label', { modalities: { image: { features, labels: [0, 0.5] } } }, 'LABEL_OUT_OF_RANGE'],
    [
      'a class twice in a row',
      { modalities: { image: { features, labels: [[0, 0], [1]] } } },
      'LABEL_OUT_OF_RANGE',
    ],
    [
      'labels of other classes',
      { modalities: { image: { features, labels: Labels.fromLists([[0], [7]], 8) } } },
      'LABEL_OUT_OF_RANGE',
    ],
    [
      'infinity',
      {
        modalities: {
          image: {
            features: [
              [1, 2],
              [Number.POSITIVE_INFINITY, 4],
            ],
            labels: [0, 1],
          },
        },
      },
      'VALUE_NOT_FINITE',
    ],
    [
      'ragged rows',
      { modalities: { image: { features: [[1, 2], [3]], labels: [0, 1] } } },
      'ARGUMENT_INVALID',
    ],
    ['no rows', { modalities: { image: { features: [], labels: [] } } }, 'ARGUMENT_INVALID'],
    ['an empty class name', { classes: ['a', ''] }, 'ARGUMENT_INVALID'],
    ['no name', { name: '' }, 'ARGUMENT_INVALID'],
    [
      'a zero class embedding',
      {
        classEmbeddings: {
          words: [
            [1, 0],
            [0, 0],
          ],
        },
      },
      'CLASS_EMBEDDING_ZERO',
    ],
  ])('%s: refused', (_, changes, code) => {
    const attempt = () => datasetFromArrays({ ...parts, ...changes });
    expect(attempt).toThrow(UnseenError);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });
});

describe('writeDataset', () => {
  const same = (a: Dataset, b: Dataset) => {
    expect({ ...b, modalities: undefined }).toEqual({ ...a, modalities: undefined });
    for (const name of ['image', 'text'] as const) {
      expect(b.modalities[name]?.features).toEqual(a.modalities[name]?.features);
      expect(b.modalities[name]?.texts).toEqual(a.modalities[name]?.texts);
      expect(b.modalities[name]?.extractor).toEqual(a.modalities[name]?.extractor);
    }
  };

  it('what was written opens as the same dataset: features, several labels, texts, pixels, groups, names', async () => {
    const out = path.join(await temporaryFolder(), 'new', 'out');
    const data = datasetFromArrays({
      name: 'all',
      classes: ['a', 'b', 'c'],
      classEmbeddings: {
        'words/of 100': [
          [1, 0],
          [0, 1],
          [0, 1],
        ],
        'words:of 100': [
          [0, 1],
          [1, 0],
          [1, 0],
        ],
      },
      parts: { train: [0, 2], test: [2, 3] },
      groups: [5, 5, -6],
      rowNames: ['x', 'y', 'z'],
      modalities: {
        image: {
          features: [[1], [2], [3]],
          images: {
            kind: 'pixels',
            count: 3,
            height: 1,
            width: 1,
            data: Uint8Array.from({ length: 9 }, (_, i) => i),
          },
          labels: [[0, 2], [], [1]],
          extractor: 'gradients/1',
        },
        text: { texts: [['one'], ['two', 'zwei'], ['three']], labels: [0, -1, 1] },
      },
    });
    await writeDataset(data, out);
    const back = await openDataset(out);
    same(data, back);
    expect(back.modalities.image!.images).toEqual(data.modalities.image!.images);
  });

  it('picture files travel in row order', async () => {
    const source = await temporaryFolder();
    for (const name of ['b.jpg', 'a.jpg']) await writeFile(path.join(source, name), `picture ${name}`);
    const data = datasetFromArrays({
      name: 'files',
      classes: ['a'],
      modalities: { image: { images: imagesFromPaths(source, ['b.jpg', 'a.jpg']), labels: [0, 0] } },
    });
    const out = path.join(source, 'out');
    await writeDataset(data, out);
    const { images } = (await openDataset(out)).modalities.image!;
    if (images?.kind !== 'files') throw new Error('files expected');
    expect([images.name(0), images.name(1)]).toEqual(['b.jpg', 'a.jpg']);
    expect(Buffer.from(await images.read(1)).toString()).toBe('picture a.jpg');
  });

  it('an existing folder is kept, unless force replaces it whole', async () => {
    const out = path.join(await temporaryFolder(), 'out');
    const make = (name: string) =>
      datasetFromArrays({ name, classes: ['a'], modalities: { image: { features: [[1]], labels: [0] } } });
    await writeDataset(make('first'), out);
    await writeFile(path.join(out, 'extra'), '');
    await expect(writeDataset(make('second'), out)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    expect((await openDataset(out)).name).toBe('first');
    await writeDataset(make('second'), out, { force: true });
    expect((await openDataset(out)).name).toBe('second');
    expect(await readdir(out)).not.toContain('extra');
    expect(await readdir(path.dirname(out))).toEqual(['out']);
  });

  it('a failure half way leaves nothing, not even the temporary folder', async () => {
    const folder = await temporaryFolder();
    const data = datasetFromArrays({
      name: 'broken',
      classes: ['a'],
      modalities: { image: { features: [[1]], images: imagesFromPaths(folder, ['gone.jpg']), labels: [0] } },
    });
    await expect(writeDataset(data, path.join(folder, 'out'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('two archives', () => {
  it('become one list of pictures whose names may repeat', async () => {
    const folder = await temporaryFolder();
    for (const [i, file] of ['1.tar', '2.tar'].entries()) {
      const tar = pack();
      tar.entry({ name: 'same.jpg' }, Buffer.of(i));
      tar.finalize();
      const chunks: Uint8Array[] = [];
      for await (const chunk of tar) chunks.push(chunk as Uint8Array);
      await writeFile(path.join(folder, file), Buffer.concat(chunks));
    }
    await writeNpy(path.join(folder, 'l.npy'), Int8Array.of(0, -1), [2]);
    const json = {
      format: 'unseen-dataset/1',
      name: 'tars',
      rows: 2,
      classes: ['a'],
      modalities: { image: { images: ['1.tar', '2.tar'], labels: 'l.npy' } },
    };
    await writeFile(path.join(folder, 'dataset.json'), JSON.stringify(json));
    const { images } = (await openDataset(folder)).modalities.image!;
    if (images?.kind !== 'files') throw new Error('files expected');
    expect([...(await images.read(0)), ...(await images.read(1))]).toEqual([0, 1]);
  });
});

describe.skipIf(!process.env.UNSEEN_DATA)('the benchmark folders', () => {
  it.each([
    ['tiny-imagenet', 30_000, 200, true],
    ['cifar10', 30_000, 10, true],
    ['awa12-tinyimagenet', 6_600, 12, false],
    ['wikipedia', 2_866, 10, false],
  ])('%s opens', async (name, rows, classes, pictures) => {
    const data = await openDataset(path.join(process.env.UNSEEN_DATA!, name));
    expect(data.rows).toBe(rows);
    expect(data.classes.length).toBe(classes);
    expect(data.modalities.image!.images?.count).toBe(pictures ? rows : undefined);
    expect(data.modalities.text?.features?.cols).toBe(name === 'wikipedia' ? 10 : undefined);
  });
});
