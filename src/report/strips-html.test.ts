import { describe, expect, it } from 'vitest';
import { picturesAndTexts } from '../../test/run-records.ts';
import { type Found, foundMarkup } from './strips-html.ts';

const data = picturesAndTexts({ classes: 6, perClass: 4 });
const hit = (row: number, distance: number, right: boolean) => ({ row, distance, right });
const found = (method: string, ...queries: number[]): Found => ({
  method,
  retrieved: queries.map((query) => ({ query, hits: [hit(query + 6, 2, true), hit(query + 1, 3, false)] })),
});
const options = {
  data,
  task: 'image->image',
  unseen: new Set([1]),
  queries: 2,
  hits: 10,
} as const;

describe('what was found', () => {
  it('is a line a method, right and wrong by sign and frame, with class and distance', async () => {
    const html = await foundMarkup([found('tzsh', 0), found('itq', 0)], options);
    expect(html.match(/class="strip"/g)).toHaveLength(1);
    expect(html.match(/1 of 2 right/g)).toHaveLength(2);
    const [right, wrong] = [...html.matchAll(/<li class="(\w+)">.*?<\/li>/g)];
    expect(right![1]).toBe('right');
    expect(right![0]).toMatch(/aria-label="right">✓<.*disc &lt;0&gt;.*2 bits/);
    expect(wrong![1]).toBe('wrong');
    expect(wrong![0]).toMatch(/aria-label="wrong">✗<.*square &lt;1&gt;.*3 bits/);
  });

  it('marks classes without labels, and no others', async () => {
    const html = await foundMarkup([found('tzsh', 0)], options);
    const marked = [...html.matchAll(/aria-label="unseen class">◆<\/span> ([^<]*)</g)].map(
      ([, name]) => name,
    );
    expect(marked).toEqual(['square &lt;1&gt;']);
  });

  it('shows queries that all methods were asked, so many as it is told', async () => {
    const all = [found('tzsh', 0, 1, 2, 3), found('itq', 3, 2, 1)];
    const html = await foundMarkup(all, options);
    expect([...html.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, name]) => name!.replace(/<[^>]*>/g, ''))).toEqual([
      '◆ square &lt;1&gt;',
      'stripes &lt;2&gt;',
    ]);
    expect(await foundMarkup([found('tzsh', 0), found('itq', 1)], options)).toBe('');
    expect(await foundMarkup([], options)).toBe('');
  });

  it('has pictures inside the page, texts as cards, and names where there is neither', async () => {
    const pictures = await foundMarkup([found('tzsh', 0)], options);
    expect(
      pictures.match(/<img src="data:image\/webp;base64,[^"]+" width="64" height="64" alt="[^"]+">/g),
    ).toHaveLength(3);
    const texts = await foundMarkup([found('tzsh', 0)], { ...options, task: 'image->text' });
    expect(texts.match(/<img/g)).toHaveLength(1);
    expect(texts).toContain('<div class="card">disc no. 0 · seen 6 times</div>');
    const bare = picturesAndTexts({ classes: 6, perClass: 4, show: 'features' });
    const names = await foundMarkup([found('tzsh', 0)], { ...options, data: bare });
    expect(names).not.toContain('<img');
    expect(names.match(/class="card bare">row \d+</g)).toHaveLength(3);
  });

  it('says of a picture that cannot be decoded that it cannot', async () => {
    const images = {
      kind: 'files' as const,
      count: data.rows,
      name: (row: number) => `${row}<.png`,
      read: async () => new Uint8Array([1, 2, 3]),
    };
    const broken = { ...data, modalities: { image: { ...data.modalities.image!, images } } };
    const html = await foundMarkup([found('tzsh', 0)], { ...options, data: broken });
    expect(html).not.toContain('<img');
    expect(html).toContain('<div class="card">(0&lt;.png');
  });

  it('stops when it is told', async () => {
    await expect(
      foundMarkup([found('tzsh', 0)], { ...options, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
