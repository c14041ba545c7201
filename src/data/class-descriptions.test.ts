import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { holdsClassDescriptions, readClassDescriptions } from './class-descriptions.ts';

const CLASSES = ['cat', 'polar bear'];

async function write(name: string, text: string): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

const LAYOUTS: [string, string][] = [
  ['a.json', '{"Polar_bear": ["A white bear.", "It swims."], "dog": "Barks", "cat": "Meows."}'],
  [
    'a.jsonl',
    '{"class": "polar bear", "text": "A white bear."}\n\n{"class":"cat","text":["Meows."]}\n{"class": "polar bear", "text": "It swims."}\n',
  ],
  ['a.tsv', 'polar bear\tA white bear.\r\ncat\tMeows.\r\npolar bear\tIt swims.\r\n'],
  ['a.txt', 'cat\tMeows.\npolar bear\tA white bear.\npolar bear\tIt swims.'],
];

describe('descriptions of classes', () => {
  it.each(LAYOUTS)('in %s are read in class order, several of one class together', async (name, text) => {
    const file = await write(name, text);
    expect(await holdsClassDescriptions(file)).toBe(true);
    expect(await readClassDescriptions(file, CLASSES)).toEqual([['Meows.'], ['A white bear.', 'It swims.']]);
  });

  it.each<[string, string]>([
    ['a.txt', 'the 0.1 0.2\ncat 1 2\n'],
    ['a.txt', 'the\t0.1 0.2\n'],
    ['a.txt', '1 2 3\n4 5 6\n'],
    ['a.txt', ''],
    ['a.json', '{"note": "vectors of words", "cat": [1, 2]}'],
    ['a.json', '{"cat": ["1"]}'],
    ['a.json', '["cat"]'],
    ['a.csv', 'cat,a b'],
  ])('are not seen in %s that begins %j', async (name, text) => {
    expect(await holdsClassDescriptions(await write(name, text))).toBe(false);
  });

  it.each<[string, string, string, object]>([
    ['a.json', '{"cat": "Meows."}', 'CLASS_EMBEDDING_MISSING', { name: 'polar bear' }],
    ['a.json', '{"cat": "Meows.", "polar bear": " "}', 'CLASS_EMBEDDING_MISSING', { name: 'polar bear' }],
    ['a.json', '{"cat": 7}', 'FILE_MALFORMED', { where: 'class "cat"' }],
    ['a.json', '{"cat": "a", "__proto__": {}}', 'FILE_MALFORMED', { where: 'class "__proto__"' }],
    ['a.json', '[]', 'FILE_MALFORMED', { where: 'top level' }],
    ['a.jsonl', '{"class": "cat"}', 'FILE_MALFORMED', { where: 'line 1' }],
    ['a.jsonl', '{"class": "cat", "text": "a"}\nnull', 'FILE_MALFORMED', { where: 'line 2' }],
    ['a.jsonl', '{', 'FILE_MALFORMED', { where: 'line 1' }],
    ['a.tsv', 'cat meows', 'FILE_MALFORMED', { where: 'line 1' }],
  ])('%s with %j is refused', async (name, text, code, values) => {
    await expect(readClassDescriptions(await write(name, text), CLASSES)).rejects.toMatchObject({
      code,
      values,
    });
  });

  it('that are no UTF-8 are refused', async () => {
    const file = path.join(await temporaryFolder(), 'a.tsv');
    await writeFile(file, Buffer.from([99, 9, 0xff, 0xfe]));
    await expect(readClassDescriptions(file, CLASSES)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });
});
