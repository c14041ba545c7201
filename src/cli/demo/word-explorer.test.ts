import { beforeAll, describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { datasetFromArrays, type Split, zeroShotSplit } from '../../data/index.ts';
import { ccaItq } from '../../methods/index.ts';
import { joinParts } from './page.ts';
import type { Answer, Handler } from './server.ts';
import { wordExplorer } from './word-explorer.ts';
import { WORD_PAGE } from './word-page.ts';

/** Three rows a group, as three drawings of one emoji, all of one class; one class has an unkind name. */
const data = (() => {
  const { name, classes, classEmbeddings, modalities } = syntheticDataset({
    classes: 8,
    perClass: 36,
    side: 8,
    text: 'words',
  });
  return datasetFromArrays({
    name,
    classes: classes.map((each, i) => (i === 0 ? '<img src=x onerror=alert(1)>' : each)),
    classEmbeddings,
    groups: Int32Array.from({ length: 288 }, (_, row) => (row % 8) + 8 * Math.floor(row / 24)),
    modalities: { image: modalities.image!, text: modalities.text! },
  });
})();

let split: Split;
let handler: Handler;
beforeAll(async () => {
  split = zeroShotSplit(data, { unseen: [0, 1], seed: 0 });
  const method = ccaItq({ bits: 16, anchors: 40, iterations: 10 });
  handler = await wordExplorer(data, split, await method.fit(data, split));
});

const ask = async (address: string): Promise<Answer | undefined> =>
  handler(new URL(address, 'http://127.0.0.1/'));
const asked = async (address: string) => JSON.parse((await ask(address))!.body as string);
const refused = (address: string, name: string) =>
  expect(ask(address)).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    values: expect.objectContaining({ name }),
  });

describe('the page of words', () => {
  it('offers the first query of every unseen class, whatever it finds', async () => {
    const { examples } = await asked('/items.json');
    const first = [0, 1].map((label) => split.query.find((row) => row % 8 === label)!);
    expect(examples.map(({ row }: { row: number }) => row)).toEqual(first);
    expect(examples[0].name).toBe(data.modalities.text!.texts![first[0]!]![0]);
  });

  it('finds pictures of classes that nobody labelled, each group once, the nearest first', async () => {
    const { hits, items, unknownWords, code } = await asked('/words.json?text=thing1x0');
    expect(unknownWords).toBe(false);
    expect(code).toMatch(/^[0-9a-f]{4}$/);
    expect(items).toBe(split.database.length);
    expect(hits.length).toBeGreaterThan(1);
    const rows = hits.map(({ row }: { row: number }) => row);
    expect(rows.every((row: number) => split.database.includes(row))).toBe(true);
    expect(new Set(rows.map((row: number) => data.groups![row])).size).toBe(rows.length);
    const distances = hits.map(({ distance }: { distance: number }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it('searches the labelled classes when asked to, and says which they are', async () => {
    const { items, hits } = await asked('/words.json?text=thing3x0&in=generalized');
    expect(items).toBe(split.database.length + split.train.length);
    for (const { row, labelled } of hits) expect(labelled).toBe(split.train.includes(row));
    await refused('/words.json?text=thing3x0&in=everything', 'in');
  });

  it('says that no word is known instead of showing what a void code finds', async () => {
    const answer = await asked('/words.json?text=qzxqz');
    expect(answer).toMatchObject({ unknownWords: true, code: null, hits: [] });
  });

  it('refuses texts that are missing, empty, blank or too long, without repeating them', async () => {
    await refused('/words.json', 'text');
    await refused('/words.json?text=', 'text');
    await refused('/words.json?text=%20%0A', 'text');
    const long = 'x'.repeat(201);
    await refused(`/words.json?text=${long}`, 'text');
    await expect(ask(`/words.json?text=${long}`)).rejects.not.toThrow(long);
    await expect(asked(`/words.json?text=${'x'.repeat(200)}`)).resolves.toMatchObject({ unknownWords: true });
  });

  it('answers a text with markup, and data with markup, without any markup', async () => {
    const text = '<script>alert("thing1x0")</script>';
    const answer = (await ask(`/words.json?text=${encodeURIComponent(text)}`))!;
    expect(answer.type).toBe('application/json');
    expect(answer.body).not.toContain('<');
    expect(JSON.parse(answer.body as string).text).toBe(text);
    const items = (await ask('/items.json'))!;
    expect(items.body).not.toContain('<');
    expect(JSON.parse(items.body as string).examples[0].class).toBe(data.classes[0]);
    // What answers say becomes text nodes: nothing on the page takes a string for markup.
    expect(joinParts([WORD_PAGE]).script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
    );
  });

  it('asks with a picture of the database for texts and for other emoji', async () => {
    const row = split.database[0]!;
    const { query, texts, hits } = await asked(`/near.json?row=${row}`);
    expect(query).toMatchObject({ row, class: data.classes[row % 8] });
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.length).toBeLessThanOrEqual(6);
    const groups = hits.map((hit: { row: number }) => data.groups![hit.row]);
    expect(groups).not.toContain(data.groups![row]);
    for (const wrong of ['', '?row=', '?row=x', `?row=${split.query[0]}`, `?row=${split.pool[0]}`, '?row=-1'])
      await refused(`/near.json${wrong}`, 'row');
  });

  it('shows pictures as PNG, and nothing else', async () => {
    const picture = (await ask('/picture/5.png'))!;
    expect(picture.type).toBe('image/png');
    expect(
      Buffer.from(picture.body as Uint8Array)
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    for (const none of ['/picture/288.png', '/picture/-1.png', '/picture/../x.png', '/'])
      expect(await ask(none)).toBeUndefined();
  });
});
