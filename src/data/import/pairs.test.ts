import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { pictureCheck } from '../../encoders/check-pictures.ts';
import { UnseenError } from '../../errors.ts';
import type { Dataset } from '../dataset.ts';
import { openDataset } from '../open-dataset.ts';
import type { BadRow, ImportOptions } from './importer.ts';
import { importerFor } from './registry.ts';

const picture = (shade: number) =>
  sharp({ create: { width: 12, height: 9, channels: 3, background: { r: shade, g: 9, b: 9 } } });

interface Given {
  readonly table: string | Uint8Array;
  readonly file?: string;
  readonly options?: ImportOptions;
  readonly also?: (folder: string) => Promise<void>;
}

/** A folder with `photos/1.jpg`, `2.png` and `3.webp` and the table beside it, imported and opened again. */
async function imported({ table, file = 'captions.csv', options = {}, also }: Given): Promise<Dataset> {
  const { source, out } = await folderWith({ table, file, ...(also && { also }) });
  const made = await importerFor(path.extname(file).slice(1)).run(source, out, {
    check: pictureCheck(),
    ...options,
    ...(options.classes && { classes: path.join(path.dirname(source), options.classes) }),
    ...(options.images && { images: path.join(path.dirname(source), options.images) }),
  });
  const opened = await openDataset(out);
  expect(opened.fingerprint).toBe(made.fingerprint);
  return opened;
}

async function folderWith({ table, file = 'captions.csv', also }: Given) {
  const folder = await temporaryFolder();
  const photos = path.join(folder, 'photos');
  await mkdir(photos);
  await picture(1).jpeg().toFile(path.join(photos, '1.jpg'));
  await picture(2).png().toFile(path.join(photos, '2.png'));
  await picture(3).webp().toFile(path.join(photos, '3.webp'));
  await also?.(folder);
  const source = path.join(folder, file);
  await writeFile(source, table);
  return { folder, source, out: path.join(folder, 'new', 'out') };
}

/** Imports what must be refused at a line, and leaves nothing behind. */
async function refused(given: Given, line: number, code: string): Promise<UnseenError> {
  const { folder, source, out } = await folderWith(given);
  const before = await readdir(folder, { recursive: true });
  const format = path.extname(source).slice(1);
  const { classes } = given.options ?? {};
  const options = {
    check: pictureCheck(),
    ...given.options,
    ...(classes && { classes: path.join(folder, classes) }),
  };
  const error: unknown = await importerFor(format)
    .run(source, out, options)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnseenError);
  const { code: outer, values, message, exit } = error as UnseenError;
  expect({ outer, exit, line: values.line, code: values.code }).toEqual({
    outer: 'IMPORT_ROW_BAD',
    exit: 2,
    line,
    code,
  });
  expect(message).toContain(`${source}: line ${line}: `);
  expect(await readdir(folder, { recursive: true })).toEqual(before);
  return error as UnseenError;
}

const labelsOf = ({ rows, modalities, classes }: Dataset, modality: 'image' | 'text') =>
  Array.from({ length: rows }, (_, row) =>
    Array.from(modalities[modality]!.labels.of(row), (label) => classes[label]).join('+'),
  );

async function pictureNames(data: Dataset): Promise<string[]> {
  const { images } = data.modalities.image!;
  if (images?.kind !== 'files') throw new Error('files expected');
  return Promise.all(
    Array.from({ length: images.count }, async (_, item) => {
      const { format } = await sharp(await images.read(item)).metadata();
      return `${images.name(item)} ${format}`;
    }),
  );
}

describe('csv', () => {
  it('pictures, several texts, several labels, names: quoted, with CRLF and a byte-order mark', async () => {
    const table =
      '\ufeffImage, text,text2,Labels,name\r\n' +
      'photos/1.jpg,"a cat, sleeping","Katze\r\nschläft",cat;pet,one\r\n' +
      'photos/2.png,"""dog""",,dog | pet,two\r\n';
    const data = await imported({ table });
    expect(data).toMatchObject({
      name: 'captions',
      rows: 2,
      classes: ['cat', 'dog', 'pet'],
      rowNames: ['one', 'two'],
    });
    expect(labelsOf(data, 'image')).toEqual(['cat+pet', 'dog+pet']);
    expect(labelsOf(data, 'text')).toEqual(['cat+pet', 'dog+pet']);
    expect(data.modalities.text!.texts).toEqual([['a cat, sleeping', 'Katze\r\nschläft'], ['"dog"']]);
    expect(data.modalities.text!.places).toBeUndefined();
    expect(await pictureNames(data)).toEqual(['photos/1.jpg jpeg', 'photos/2.png png']);
  });

  it('rows without a picture or without a text lack that modality, and its labels', async () => {
    const table = 'image,text,labels\nphotos/1.jpg,one,a\n,two,b\nphotos/3.webp,,a\n';
    const data = await imported({ table });
    expect([...data.modalities.image!.places!]).toEqual([0, -1, 1]);
    expect([...data.modalities.text!.places!]).toEqual([0, 1, -1]);
    expect(labelsOf(data, 'image')).toEqual(['a', '', 'a']);
    expect(labelsOf(data, 'text')).toEqual(['a', 'b', '']);
    expect(data.rowNames).toEqual(['photos/1.jpg', 'line 3', 'photos/3.webp']);
  });

  it('each modality may have labels of its own: then it has a label space of its own', async () => {
    const table = 'image,text,image_labels,text_labels\nphotos/1.jpg,one,a,c\nphotos/2.png,two,b,\n';
    const data = await imported({ table });
    expect(data.classes).toEqual(['a', 'b', 'c']);
    expect([...data.modalities.image!.classes!]).toEqual([0, 1]);
    expect([...data.modalities.text!.classes!]).toEqual([2]);
    expect(labelsOf(data, 'text')).toEqual(['c', '']);
  });

  it('train rows come first, whatever their order was; groups are numbered', async () => {
    const table = 'text,labels,part,group\nx,a,test,g\ny,b,train,\nz,a,Train,g\n';
    const data = await imported({ table });
    expect(data).toMatchObject({ parts: { train: [0, 2], test: [2, 3] } });
    expect(data.modalities.text!.texts).toEqual([['y'], ['z'], ['x']]);
    expect([...data.groups!]).toEqual([0, 1, 1]);
    expect(data.modalities.image).toBeUndefined();
  });

  it('one picture in several rows is kept once, and its rows share a group', async () => {
    const table = 'image,text,labels\nphotos/1.jpg,one,a\nphotos/2.png,two,a\n./photos\\1.jpg,three,b\n';
    const data = await imported({ table });
    expect([...data.modalities.image!.places!]).toEqual([0, 1, 0]);
    expect([...data.groups!]).toEqual([0, 1, 0]);
    expect(await pictureNames(data)).toHaveLength(2);
    const apart = 'image,text,labels,group\nphotos/1.jpg,one,a,x\nphotos/1.jpg,three,b,y\n';
    await expect(imported({ table: apart })).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      values: { where: 'line 3' },
    });
  });

  it('the class list gives the order, and classes without rows', async () => {
    const data = await imported({
      table: 'text,labels\nx,cat\n',
      options: { classes: 'classes.txt' },
      also: (folder) => writeFile(path.join(folder, 'classes.txt'), 'dog\r\ncat\r\n\r\n'),
    });
    expect(data.classes).toEqual(['dog', 'cat']);
    expect(labelsOf(data, 'text')).toEqual(['cat']);
  });

  it('pictures are found in another folder, and by absolute paths inside it', async () => {
    const { source, out, folder } = await folderWith({ table: '' });
    await writeFile(source, `image,labels\n1.jpg,a\n"${path.join(folder, 'photos', '2.png')}",b\n`);
    const images = path.join(folder, 'photos');
    const data = await importerFor('csv').run(source, out, { images });
    expect(await pictureNames(data)).toEqual(['1.jpg jpeg', '2.png png']);
  });

  it('columns that mean nothing are passed over and named', async () => {
    const unused: string[] = [];
    const onUnused = (names: readonly string[]) => unused.push(...names);
    await imported({ table: 'id,text,lables,labels\n1,x,q,a\n', options: { onUnused } });
    expect(unused).toEqual(['id', 'lables']);
  });

  it('a .tsv has tabs', async () => {
    const { source, out } = await folderWith({ table: 'text\tlabels\na, b\tx\n', file: 'a.tsv' });
    const data = await importerFor('csv').run(source, out);
    expect(data.modalities.text!.texts).toEqual([['a, b']]);
  });

  it.each<[string, string, RegExp]>([
    ['an empty file', '', /no row is left/],
    ['a heading alone', 'image,text,labels\n', /no row is left/],
    ['no heading', 'photos/1.jpg,a cat,cat\n', /line 1: must name the columns/],
    ['a column twice', 'text,text,labels\n', /line 1: column names must differ/],
    ['a quotation mark that stays open', 'text,labels\n"x,a\n', /quotation marks/],
    ['a quotation mark inside a cell', 'text,labels\nx,a\ny "z",b\n', /line 3: quotation marks/],
    ['no label at all', 'text,labels\nx,\n', /labels: some row must have one/],
    ['a part without another', 'text,labels,part\nx,a,train\n', /train rows and test rows/],
  ])('%s is refused as a whole', async (_, table, words) => {
    const bad: BadRow[] = [];
    await expect(imported({ table, options: { onBad: (row) => bad.push(row) } })).rejects.toThrow(words);
    expect(bad).toEqual([]);
  });
});

it('the examples of docs/data.md are read as it says', async () => {
  const docs = await readFile(new URL('../../../docs/data.md', import.meta.url), 'utf8');
  const also = (folder: string) =>
    picture(2)
      .jpeg()
      .toFile(path.join(folder, 'photos', '2.jpg'));
  const table = /```csv\n([^`]*)```/.exec(docs)![1]!;
  const data = await imported({ table, also: async (folder) => void (await also(folder)) });
  expect([...data.modalities.image!.places!]).toEqual([0, -1, 1]);
  expect(labelsOf(data, 'image')).toEqual(['cat+pet', '', '']);
  const row = /```json\n(\{ "image"[^`]*)```/.exec(docs)![1]!;
  const test = '{"text": "a dog", "labels": "dog", "part": "test"}';
  const lines = await imported({ table: `${row}${test}`, file: 'captions.jsonl' });
  expect(lines.modalities.text!.texts).toEqual([['a cat, sleeping', 'Katze'], ['a dog']]);
});

describe('jsonl', () => {
  it('holds what csv holds, with lists', async () => {
    const rows = [
      { image: 'photos/1.jpg', text: ['a cat', 'Katze'], labels: ['cat', 'a;b'], part: 'train', id: 7 },
      { image: null, text: 'two', labels: 'dog;cat', part: 'test' },
    ];
    const unused: string[] = [];
    const data = await imported({
      file: 'captions.jsonl',
      table: `${rows.map((row) => JSON.stringify(row)).join('\n\n')}\n`,
      options: { onUnused: (names) => unused.push(...names) },
    });
    expect(data).toMatchObject({ rows: 2, classes: ['a;b', 'cat', 'dog'], parts: { train: [0, 1] } });
    expect(data.modalities.text!.texts).toEqual([['a cat', 'Katze'], ['two']]);
    expect(labelsOf(data, 'text')).toEqual(['a;b+cat', 'cat+dog']);
    expect(unused).toEqual(['id']);
  });

  it.each<[string, string | Uint8Array, number, string]>([
    ['no JSON', '{"text": "x", "labels": "a"}\n{text: 1}\n', 2, 'ROW_FIELD_INVALID'],
    ['no object', '\n["x"]\n', 2, 'ROW_FIELD_INVALID'],
    ['a text that is an object', '{"text": {"a": 1}, "labels": "a"}', 1, 'ROW_FIELD_INVALID'],
    [
      'a line of 9 MB',
      `{"text": "x", "labels": "a"}\n{"text": "${'x'.repeat(9e6)}"}\n`,
      2,
      'ROW_FIELD_INVALID',
    ],
    ['a text of 2 million characters', `{"text": "${'x'.repeat(2e6)}", "labels": "a"}`, 1, 'TEXT_TOO_LONG'],
    ['Latin-1', Buffer.from('{"text": "na\u00efve", "labels": "a"}\n', 'latin1'), 1, 'TEXT_ENCODING'],
  ])('%s is refused with its line', async (_, table, line, code) => {
    await refused({ table, file: 'captions.jsonl' }, line, code);
  });
});

/** One row of each kind of bad, between good ones. */
const BAD_TABLE = Buffer.concat([
  Buffer.from('image,text,labels\n'),
  Buffer.from('photos/1.jpg,one,cat\n'),
  Buffer.from('photos/none.jpg,two,cat\n'), // 3: missing
  Buffer.from('photos/cut.jpg,three,cat\n'), // 4: does not decode
  Buffer.from('photos/2.png,caf\u00e9,cat\n', 'latin1'), // 5: not UTF-8
  Buffer.from('photos/2.png,five,dgo\n'), // 6: in no class list
  Buffer.from('photos/2.png,six,dog,more\n'), // 7: columns
  Buffer.from(',,dog\n'), // 8: neither picture nor text
  Buffer.from('../photos/2.png,eight,dog\n'), // 9: outside
  Buffer.from('photos/note.jpg,nine,dog\n'), // 10: a text called picture
  Buffer.from('https://example.org/a.jpg,ten,dog\n'), // 11
  Buffer.from('photos/out.png,eleven,dog\n'), // 12: a link that leads out
  Buffer.from('photos/3.webp,last,dog\n'),
]);

async function spoil(folder: string): Promise<void> {
  const whole = await sharp({
    create: {
      width: 300,
      height: 300,
      channels: 3,
      background: '#357',
      noise: { type: 'gaussian', mean: 99, sigma: 30 },
    },
  })
    .jpeg()
    .toBuffer();
  await writeFile(path.join(folder, 'photos', 'cut.jpg'), whole.subarray(0, whole.length / 2));
  await writeFile(path.join(folder, 'photos', 'note.jpg'), 'buy milk');
  await symlink('/etc/hostname', path.join(folder, 'photos', 'out.png'));
  await writeFile(path.join(folder, 'classes.txt'), 'cat\ndog\n');
}

const BAD_ROWS: readonly [what: string, line: number, code: string, words: RegExp][] = [
  ['a missing picture', 3, 'FILE_UNREADABLE', /none\.jpg/],
  ['a picture cut short', 4, 'PICTURE_UNREADABLE', /cut\.jpg/],
  ['a text in Latin-1', 5, 'TEXT_ENCODING', /column text.*Latin-1 \(byte 0xe9 after 3\)/],
  ['a label in no class list', 6, 'LABEL_UNKNOWN', /"dgo" is none of the 2 classes of .*classes\.txt/],
  ['a row of too many columns', 7, 'ROW_FIELD_INVALID', /columns: there must be 3.*received 4/],
  ['a row of nothing', 8, 'ROW_FIELD_INVALID', /image and text/],
  ['a path that leaves the folder', 9, 'PATH_OUTSIDE', /leaves the folder/],
  ['a picture that is none', 10, 'PICTURE_FORMAT', /note\.jpg/],
  ['an address', 11, 'FILE_UNREADABLE', /https:/],
  ['a link that leaves the folder', 12, 'PATH_OUTSIDE', /out\.png/],
];

describe('bad rows', () => {
  it('have the number of the line that they begin on, blank lines and lines in cells counted', async () => {
    const table = 'text,labels\r\n"x\r\ny",a\r\n\r\n"z\r\nz",a,b\r\n';
    await refused({ table }, 5, 'ROW_FIELD_INVALID');
    await refused({ table: table.replaceAll('\r', '') }, 5, 'ROW_FIELD_INVALID');
    await refused({ table: table.replaceAll('\n', '') }, 5, 'ROW_FIELD_INVALID');
    const long = `text,labels\n${'"a\nb",x\n'.repeat(30_000)}only one\n`;
    await refused({ table: long }, 60_002, 'ROW_FIELD_INVALID');
  });

  it.each(BAD_ROWS)(
    '%s stops the import, named with file and line, and nothing is left',
    async (_, line, code, words) => {
      const lines = BAD_TABLE.toString('latin1').split('\n');
      const table = Buffer.from([lines[0], lines[1], lines[line - 1], ''].join('\n'), 'latin1');
      const { message, hint } = await refused(
        { table, options: { classes: 'classes.txt' }, also: spoil },
        3,
        code,
      );
      expect(message).toMatch(words);
      expect(hint).toContain('--skip-bad');
    },
  );

  it('are left out, counted and listed when asked to', async () => {
    const bad: BadRow[] = [];
    const data = await imported({
      table: BAD_TABLE,
      also: spoil,
      options: { classes: 'classes.txt', onBad: (row) => bad.push(row) },
    });
    expect(data.rows).toBe(2);
    expect(data.modalities.text!.texts).toEqual([['one'], ['last']]);
    expect(await pictureNames(data)).toEqual(['photos/1.jpg jpeg', 'photos/3.webp webp']);
    bad.sort((a, b) => a.line! - b.line!);
    expect(bad.map(({ line, code }) => [line, code])).toEqual(BAD_ROWS.map(([, line, code]) => [line, code]));
    BAD_ROWS.forEach(([, , , words], i) => {
      expect(bad[i]!.reason).toMatch(words);
      expect(path.basename(bad[i]!.file)).toBe('captions.csv');
    });
  });

  it('that are all there is are an error', async () => {
    const table = 'image,labels\nphotos/none.jpg,a\nphotos/nor.jpg,b\n';
    await expect(imported({ table, options: { onBad: () => undefined } })).rejects.toMatchObject({
      code: 'IMPORT_EMPTY',
      values: { received: 2 },
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'UTF-16 with a mark',
      Buffer.from('\ufefftext,labels\nx,a\n', 'utf16le'),
      /UTF-16 \(its byte-order mark/,
    ],
    ['UTF-16 without one', Buffer.from('text,labels\nx,a\n', 'utf16le'), /UTF-16 without/],
    ['zero bytes', Buffer.from('text,labels\nx,a\0\n'), /zero bytes/],
  ])('a file in %s is refused as a whole, with what to do', async (_, table, words) => {
    const error = await imported({ table, options: { onBad: () => undefined } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'TEXT_ENCODING' });
    expect((error as UnseenError).message).toMatch(words);
    expect((error as UnseenError).hint).toContain('Save it as UTF-8');
  });

  it('Windows’ letters are told from Latin-1', async () => {
    const table = Buffer.concat([
      Buffer.from('text,labels\n'),
      Buffer.of(0x93, 0x78, 0x94),
      Buffer.from(',a\n'),
    ]);
    const { message } = await refused({ table }, 2, 'TEXT_ENCODING');
    expect(message).toContain('Windows-1252 (byte 0x93 after 0)');
  });
});

describe('Ctrl-C', () => {
  it.each(['reading', 'finding', 'checking', 'writing'])('while %s leaves nothing behind', async (stage) => {
    const { folder, source, out } = await folderWith({
      table: 'image,labels\nphotos/1.jpg,a\nphotos/2.png,b\n',
    });
    const before = await readdir(folder, { recursive: true });
    const controller = new AbortController();
    const { signal } = controller;
    const stop = (what: string) => what.startsWith(stage) && controller.abort();
    const check = pictureCheck({ signal, onProgress: () => stop('checking') });
    await expect(
      importerFor('csv').run(source, out, { signal, check, onProgress: stop }),
    ).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});
