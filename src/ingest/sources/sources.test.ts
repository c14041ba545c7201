import { createWriteStream } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { writeDataset } from '../../data/index.ts';
import type { RawItem, SourceItem } from '../item.ts';
import { openItems } from './open.ts';

/** Not looked at here: whether it is a picture, the encoder says. */
const PICTURE = Buffer.from('\x89PNG and so on', 'latin1');

/** A folder with these files. */
async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

async function all(places: readonly string[], options = {}): Promise<SourceItem[]> {
  const source = await openItems(places, options);
  const items: SourceItem[] = [];
  for await (const item of source) items.push(item);
  expect(source.total).toBe(items.length);
  return items;
}

const ids = (items: readonly SourceItem[]): string[] => items.map(({ id }) => id);

/** Ids with the code of the error, of those that failed. */
const failures = (items: readonly SourceItem[]): Record<string, string> =>
  Object.fromEntries(items.flatMap((item) => ('status' in item ? [[item.id, item.error.code]] : [])));

describe('a folder of pictures', () => {
  it('gives every picture below it, as a file manager orders them, the first folder its class', async () => {
    const folder = await folderWith({
      '10.png': PICTURE,
      '9.png': PICTURE,
      'boot/b.JPG': PICTURE,
      'boot/deep/a.webp': PICTURE,
      'unlabelled/x.gif': PICTURE,
      '_/y.avif': PICTURE,
    });
    const items = (await all([folder])) as RawItem[];
    expect(ids(items)).toEqual([
      '9.png',
      '10.png',
      '_/y.avif',
      'boot/b.JPG',
      'boot/deep/a.webp',
      'unlabelled/x.gif',
    ]);
    expect(items.map(({ payload }) => payload!.class)).toEqual([
      undefined,
      undefined,
      undefined,
      'boot',
      'boot',
      undefined,
    ]);
    expect(items[3]).toEqual({
      id: 'boot/b.JPG',
      where: path.join(folder, 'boot/b.JPG'),
      picture: new Uint8Array(PICTURE),
      payload: { source: 'boot/b.JPG', class: 'boot' },
    });
  });

  it('passes over what is hidden, links, and files that are no pictures by their name; a format that is refused is tried', async () => {
    const secret = await folderWith({ 'secret.png': PICTURE });
    const folder = await folderWith({
      '.hidden.png': PICTURE,
      '.git/a.png': PICTURE,
      'notes.txt': 'x',
      'class_embeddings.csv': 'x',
      'drawing.svg': '<svg/>',
      'a.png': PICTURE,
    });
    await symlink(path.join(secret, 'secret.png'), path.join(folder, 'link.png'));
    await symlink(secret, path.join(folder, 'linked'));
    expect(ids(await all([folder]))).toEqual(['a.png', 'drawing.svg']);
  });

  it('lets a file that is gone when its turn comes fail alone', async () => {
    const folder = await folderWith({ 'a.png': PICTURE, 'b.png': PICTURE });
    const items = await all([
      path.join(folder, 'a.png'),
      path.join(folder, 'gone.png'),
      path.join(folder, 'b.png'),
    ]);
    expect(Object.values(failures(items))).toEqual(['FILE_UNREADABLE']);
    expect(items).toHaveLength(3);
  });
});

describe('a tar of pictures', () => {
  it('gives its pictures as a folder does', async () => {
    const folder = await temporaryFolder();
    const tar = pack();
    for (const name of ['./boot/1.png', 'lamp/2.png', 'lamp/._2.png', 'README.md', 'lamp/.cache/3.png'])
      tar.entry({ name }, PICTURE);
    tar.finalize();
    const file = path.join(folder, 'photos.tar');
    await pipeline(tar, createWriteStream(file));
    const items = (await all([file])) as RawItem[];
    expect(ids(items)).toEqual(['boot/1.png', 'lamp/2.png']);
    expect(items[0]).toMatchObject({ where: `${file}: boot/1.png`, payload: { class: 'boot' } });
    expect(Buffer.compare(items[1]!.picture!, PICTURE)).toBe(0);
  });
});

describe('a table', () => {
  const CSV = [
    'ID,file,text,Class,price,zip,note',
    'a,pictures/1.png,"a red, warm boot",boot,12.5,01234,',
    ',pictures/1.png,,boot,-3,,"two',
    'lines"',
    ',,only words,,,,x',
    'e,../secret.png,t,,,,',
    'f,/etc/passwd,t,,,,',
    'g,link.png,t,,,,',
    'h,http://example.org/a.png,t,,,,',
    'i,gone.png,t,,,,',
    'j,too,few',
    'k,,,,,,nothing to encode',
  ].join('\n');

  it('gives a row an item: columns are its payload, plain numbers are numbers', async () => {
    const folder = await folderWith({ 'items.csv': CSV, 'pictures/1.png': PICTURE });
    const items = (await all([path.join(folder, 'items.csv')])) as RawItem[];
    expect(items[0]).toEqual({
      id: 'a',
      where: `${folder}/items.csv:2`,
      text: ['a red, warm boot'],
      picture: expect.anything(),
      payload: { class: 'boot', price: 12.5, zip: '01234', source: 'pictures/1.png' },
    });
    expect(items[1]).toMatchObject({ id: 'pictures/1.png', payload: { price: -3, note: 'two\nlines' } });
    expect(items[2]).toEqual({
      id: 'items.csv:5',
      where: `${folder}/items.csv:5`,
      text: ['only words'],
      payload: { note: 'x', source: 'items.csv' },
    });
    expect(items[9]).toEqual({
      id: 'k',
      where: `${folder}/items.csv:12`,
      payload: { note: 'nothing to encode', source: 'items.csv' },
    });
  });

  it('reads no file outside its folder, and nothing from addresses; such a row fails alone', async () => {
    const outside = await folderWith({ 'secret.png': PICTURE });
    const folder = await folderWith({ 'items.csv': CSV, 'pictures/1.png': PICTURE });
    await symlink(path.join(outside, 'secret.png'), path.join(folder, 'link.png'));
    expect(failures(await all([path.join(folder, 'items.csv')]))).toEqual({
      e: 'PATH_OUTSIDE',
      f: 'PATH_OUTSIDE',
      g: 'PATH_OUTSIDE',
      h: 'FILE_UNREADABLE',
      i: 'FILE_UNREADABLE',
      'items.csv:11': 'ROW_FIELD_INVALID',
    });
  });

  it('of JSON Lines keeps values as they are; a line that is too long, no JSON or no object fails alone', async () => {
    const lines = [
      '{"id": "a", "image": "1.png", "text": ["one", "two"], "class": "boot", "tags": ["x"], "size": {"w": 3}}',
      '',
      '{"id": 7, "text": "seven", "labels": ["owl", "bird"], "unset": null}',
      'no json',
      '[1]',
      '{"id": "b", "text": {"no": "text"}}',
      `{"id": "long", "text": "${'x'.repeat(9_000_000)}"}`,
      '{"id": "z", "text": "last"}',
    ];
    const folder = await folderWith({ 'items.jsonl': lines.join('\r\n'), '1.png': PICTURE });
    const items = (await all([path.join(folder, 'items.jsonl')])) as RawItem[];
    expect(items[0]).toMatchObject({
      id: 'a',
      text: ['one', 'two'],
      payload: { class: 'boot', tags: ['x'], size: { w: 3 }, source: '1.png' },
    });
    expect(items[1]).toEqual({
      id: '7',
      where: `${folder}/items.jsonl:3`,
      text: ['seven'],
      payload: { class: 'owl', labels: ['owl', 'bird'], source: 'items.jsonl' },
    });
    expect(Object.values(failures(items))).toEqual(Array(4).fill('ROW_FIELD_INVALID'));
    expect(ids(items).at(-1)).toBe('z');
  });

  it('is refused as a whole where no row can be read', async () => {
    for (const [content, code] of [
      ['a,b\n1,2\n', 'FILE_MALFORMED'],
      ['text,Text\n1,2\n', 'FILE_MALFORMED'],
      ['id,text\n"a,b\n', 'FILE_MALFORMED'],
      [Buffer.from('\ufeffid,text\n', 'utf16le'), 'TEXT_ENCODING'],
    ] as const) {
      const folder = await folderWith({ 'items.csv': content });
      await expect(openItems([path.join(folder, 'items.csv')])).rejects.toMatchObject({ code });
    }
  });

  it('gives numbers in a payload the form that the collection keeps', async () => {
    const folder = await folderWith({ 'items.csv': 'id,text,count\n007,bond,1e3\n' });
    const [item] = (await all([path.join(folder, 'items.csv')])) as RawItem[];
    expect(item).toMatchObject({ id: '007', payload: { count: '1e3' } });
  });
});

describe('a dataset', () => {
  it('gives rows with the texts, pictures and class names that it has', async () => {
    const data = syntheticDataset({ classes: 3, perClass: 2, side: 8, text: 'words' });
    const folder = path.join(await temporaryFolder(), 'data');
    await writeDataset(data, folder);
    const items = (await all([folder])) as RawItem[];
    expect(ids(items)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(items[4]).toMatchObject({
      text: data.modalities.text!.texts![4],
      payload: { class: 'class 1', source: '4' },
    });
    const { data: pixels, info } = await sharp(items[4]!.picture!)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 8, height: 8, channels: 3 });
    const images = data.modalities.image!.images as { data: Uint8Array };
    expect(pixels).toEqual(Buffer.from(images.data.subarray(4 * 192, 5 * 192)));
  });

  it('of features alone is refused: there is nothing to encode', async () => {
    const folder = path.join(await temporaryFolder(), 'data');
    await writeDataset(syntheticDataset(), folder);
    await expect(openItems([folder])).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

describe('several sources', () => {
  it('come one after the other, with a prefix before their ids if asked', async () => {
    const one = await folderWith({ 'a.png': PICTURE, 'items.csv': 'id,text\n1,one\n' });
    const two = await folderWith({ 'b.png': PICTURE });
    const places = [two, path.join(one, 'a.png'), path.join(one, 'items.csv')];
    expect(ids(await all(places, { prefix: 'x/' }))).toEqual(['x/b.png', `x/${one}/a.png`, 'x/1']);
  });

  it('are refused before any is read, if one of them is of no kind that is known', async () => {
    const folder = await folderWith({ 'a.doc': 'x', 'b.png': PICTURE });
    await expect(openItems([folder, path.join(folder, 'a.doc')])).rejects.toMatchObject({
      code: 'SOURCE_UNKNOWN',
    });
    await expect(openItems([path.join(folder, 'gone')])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
