/**
 * The page in a real browser: against the service, and as an exported site with the service stopped. Chromium is looked for
 * on the path, or where `CHROMIUM` says; without one, this is skipped.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../src/cli/program.ts';
import { type Collection, openCollection, openReader } from '../src/collection/index.ts';
import { builtPage, createService, makeToken, type Service } from '../src/service/index.ts';
import { chromium, serve } from './chromium.ts';
import { type EmojiCollection, emojiCollection, UNSEEN } from './emoji-collection.ts';
import {
  axeFindings,
  dropPicture,
  launch,
  openPage,
  type ShownHit,
  shownHits,
  type Watched,
} from './open-page.ts';

let folder: string;
let emoji: EmojiCollection;
let browser: Browser;
let service: Service | undefined;
let url: string;
/** A picture of the collection: `pear`, of a class without labels. */
let pear: Uint8Array;
/** What the service found, to be found again by the site. */
const found = new Map<string, readonly ShownHit[]>();

const opened: Watched[] = [];
const open = async (address = '', options: BrowserContextOptions = {}): Promise<Page> => {
  const watched = await openPage(browser, `${url}${address}`, options);
  opened.push(watched);
  return watched.page;
};
afterEach(async () => {
  const faults: string[] = [];
  for (const watched of opened.splice(0)) {
    faults.push(...watched.faults);
    await watched.page.context().close();
  }
  expect(faults).toEqual([]);
});

async function startService(collection: Collection): Promise<void> {
  service = await createService({
    collections: [{ collection }],
    models: [{ model: emoji.model }],
    web: builtPage(),
    report: path.join(folder, 'report'),
  });
  url = `${await service.listen({ port: 0 })}/`;
}

/** For what follows after an answer, however busy the machine is. */
const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000, interval: 50 });

const searching = (page: Page) => page.getByRole('searchbox');
const ask = async (page: Page, text: string): Promise<readonly ShownHit[]> => {
  await searching(page).fill(text);
  await searching(page).press('Enter');
  await page.getByRole('heading', { name: `“${text}”` }).waitFor();
  return shownHits(page);
};

describe.skipIf(!chromium)('the page', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unseen-page-'));
    [emoji, browser] = await Promise.all([emojiCollection(folder), launch()]);
    const reader = await openReader(emoji.folder);
    pear = (await reader.picture('pear (noto)'))!.bytes;
    await reader.close();
    await mkdir(path.join(folder, 'report'));
    await writeFile(path.join(folder, 'report/index.html'), '<!doctype html><title>figures</title>');
    const site = [
      '--collection',
      emoji.folder,
      '--model',
      emoji.modelFolder,
      '--out',
      path.join(folder, 'site'),
    ];
    expect(await run(['export-site', ...site, '--title', 'Emoji without a server'])).toBe(0);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await service?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('with the service', () => {
    beforeAll(async () => startService(await openCollection(emoji.folder)));
    searchTests('service');
    looks();

    it('tells of its collections and models, and leads to the report and the documents of the API', async () => {
      const page = await open('?view=collection');
      const facts = page.getByRole('region', { name: 'Collection' });
      await eventually(() => facts.textContent()).toMatch(
        /660.*64 bits, 8 bytes.*660 of pictures, 660 of texts/,
      );
      const model = await page.getByRole('region', { name: 'Model' }).textContent();
      expect(model).toContain(`cca-itq`);
      expect(model).toContain(emoji.model.manifest.split.hash);
      for (const [name, text] of [
        ['Report', 'figures'],
        ['API', 'swagger'],
      ] as const) {
        const address = await page.getByRole('link', { name, exact: true }).getAttribute('href');
        const answer = await page.request.get(address!);
        expect([answer.status(), await answer.text()]).toEqual([200, expect.stringContaining(text)]);
      }
      await page.getByRole('link', { name: 'unseen class animal-reptile' }).click();
      await page.getByRole('heading', { name: '“animal reptile”' }).waitFor();
    });

    it('adds a folder with progress that moves, lists what failed, and finds what was added', async () => {
      const photos = await folderOfPictures('paints', 40);
      await writeFile(path.join(photos, 'broken.png'), 'no picture');
      await writeFile(path.join(photos, 'notes.txt'), 'left out');
      const page = await open('?view=add');
      await page.locator('#add-folder').setInputFiles(photos);
      const progress = page.getByRole('progressbar');
      const seen = new Set<string>();
      await expect
        .poll(
          async () => {
            seen.add((await progress.getAttribute('value')) ?? '');
            return page.getByText('40 added, 1 failed.').isVisible();
          },
          { interval: 5, timeout: 60_000 },
        )
        .toBe(true);
      expect(seen.size).toBeGreaterThan(2);
      expect(await page.getByRole('list', { name: 'Pictures that failed' }).textContent()).toContain(
        'broken.png',
      );
      expect(await page.getByText('1 file that is no picture is left out.').isVisible()).toBe(true);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      await ask(page, 'a heart');
      await page.getByRole('button', { name: 'Filters', exact: true }).click();
      await page.getByLabel('Class', { exact: true }).fill('paints');
      await page.getByLabel('Class', { exact: true }).press('Enter');
      await eventually(async () => (await shownHits(page)).map(({ className }) => className)).toContain(
        'paints',
      );
      const hits = await shownHits(page);
      expect(hits.every(({ className, unseen }) => className === 'paints' && unseen)).toBe(true);
      expect(new Set(hits.map(({ name }) => name)).size).toBe(24);
      for (const { name } of hits) expect(name).toMatch(/^paints\/\d\d\.png$/);
    });

    it('stops when asked to and keeps what is done', async () => {
      const photos = await folderOfPictures('stopped', 48);
      const page = await open('?view=add');
      const before = await countOf(page);
      let requests = 0;
      await page.route('**/pictures', async (route) => {
        requests++;
        await page.getByRole('button', { name: 'Stop' }).click();
        await route.continue();
      });
      await page.locator('#add-folder').setInputFiles(photos);
      await page.getByText(/16 added\. Stopped: 32 were not sent/).waitFor();
      expect(requests).toBe(1);
      expect(await countOf(page)).toBe(before + 16);
      await page.unroute('**/pictures');
      await page.locator('#add-folder').setInputFiles(photos);
      await page.getByText('32 added, 16 were there already.').waitFor();
    });
  });

  describe('with a service that wants a token', () => {
    it('asks for it, sends it with everything, and keeps it in the tab alone', async () => {
      await service!.close();
      const { token, entry } = makeToken({ name: 'reader', scopes: ['read'] });
      service = await createService({
        collections: [{ collection: await openCollection(emoji.folder) }],
        models: [{ model: emoji.model }],
        tokens: [entry],
        web: builtPage(),
      });
      url = `${await service.listen({ port: 0 })}/`;
      const watched = await openPage(browser, url);
      const { page, faults } = watched;
      await page.getByLabel('This service wants a token.').fill('wrong');
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByLabel('This service wants a token.').fill(token);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Use it' }).click();
      await ask(page, 'fruit');
      await page.locator('.hit img').first().waitFor();
      expect(await page.locator('.hit img').first().getAttribute('src')).toMatch(/^blob:/);
      const kept = await page.evaluate(() => [Object.values(localStorage), Object.values(sessionStorage)]);
      expect(kept).toEqual([[], [token]]);
      // Chromium itself says that requests were refused; nothing else is complained about.
      expect(faults.filter((fault) => !fault.includes('401'))).toEqual([]);
      await page.context().close();
    });
  });

  describe('as an exported site, with the service stopped', () => {
    let server: Server;
    beforeAll(async () => {
      await service!.close();
      service = undefined;
      server = await serve([path.join(folder, 'site')]);
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterAll(() => {
      server?.closeAllConnections();
      server?.close();
    });
    searchTests('site');

    it('finds what the service found', async () => {
      expect(found.get('site')).toEqual(found.get('service'));
    });

    it('has the name that it was given, and neither tokens nor uploads', async () => {
      const page = await open();
      await page.getByText('Emoji without a server').waitFor();
      expect(await page.getByRole('link', { name: 'Add pictures' }).count()).toBe(0);
    });

    it('holds no file of the service: pages, codes, pictures, model and runtime', async () => {
      const names = (await readdir(path.join(folder, 'site'))).sort();
      expect(names).toEqual(
        ['assets', 'icon.svg', 'image.index', 'index.html', 'items', 'model', 'ort', 'pictures', 'site.json']
          .concat('text.index', 'theme.js')
          .sort(),
      );
    });
  });
});

function searchTests(mode: 'service' | 'site'): void {
  it('finds pictures by words, of a class that nobody labelled, and marks it', async () => {
    const page = await open();
    const hits = await ask(page, 'reptile');
    expect(hits[0]).toMatchObject({ name: 'lizard', className: 'animal-reptile', unseen: true });
    expect(hits).toHaveLength(24);
    for (const { className, unseen } of hits) expect(unseen).toBe(UNSEEN.includes(className));
    expect(hits.map(({ distance }) => distance)).toEqual(
      hits.map(({ distance }) => distance).sort((a, b) => a - b),
    );
    found.set(mode, hits);
    await page.locator('.hit img').first().waitFor();
    const width = await page
      .locator('.hit img')
      .first()
      .evaluate((image) =>
        (image as HTMLImageElement).decode().then(() => (image as HTMLImageElement).naturalWidth),
      );
    expect(width).toBe(64);
    const picture = page.locator('.hit svg[role="img"]').first();
    expect(await picture.textContent()).toBe(
      `code ${/[0-9a-f]{16}/.exec((await picture.textContent())!)}: ${hits[0]!.distance} of 64 bits differ from the query’s`,
    );
  });

  it('keeps the question in the address: back, forward and a copy of it lead there', async () => {
    const page = await open();
    const insects = await ask(page, 'insect');
    const address = page.url();
    await ask(page, 'fruit');
    await page.goBack();
    await page.getByRole('heading', { name: '“insect”' }).waitFor();
    await eventually(() => shownHits(page)).toEqual(insects);
    await page.goForward();
    await page.getByRole('heading', { name: '“fruit”' }).waitFor();
    const copy = await open(address.slice(url.length));
    expect(await shownHits(copy)).toEqual(insects);
  });

  it('finds by a picture that is dropped or chosen, and its code can be shared', async () => {
    const page = await open();
    await searching(page).waitFor();
    await dropPicture(page, 'my pear.png', pear);
    await page.getByRole('heading', { name: 'my pear.png' }).waitFor();
    const [first] = await shownHits(page);
    expect(first).toEqual({ name: 'pear', className: 'food-fruit', unseen: true, distance: 0 });
    expect(page.url()).toMatch(/\?code=[0-9a-f]{16}$/);
    await searching(page).press('Escape');
    await page
      .locator('#ask-picture')
      .setInputFiles({ name: 'again.png', mimeType: 'image/png', buffer: Buffer.from(pear) });
    await page.getByRole('heading', { name: 'again.png' }).waitFor();
    expect((await shownHits(page))[0]).toEqual(first);
  });

  it('says what is wrong with a picture that is none', async () => {
    const page = await open();
    await searching(page).waitFor();
    await page
      .locator('#ask-picture')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    expect(await page.getByRole('alert').textContent()).toMatch(/picture format.*PNG/);
    // The service's refusal is one that Chromium mentions, too.
    const { faults } = opened.at(-1)!;
    expect(faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([]);
    faults.length = 0;
  });

  it('filters by what was labelled, class, field, modality and radius', async () => {
    const page = await open('?q=bird');
    const all = await shownHits(page);
    await page.getByRole('radio', { name: 'Unseen' }).check({ force: true });
    await eventually(async () => (await shownHits(page)).every(({ unseen }) => unseen)).toBe(true);
    await page.getByRole('radio', { name: 'All classes' }).check({ force: true });
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.getByLabel('Field').fill('style');
    await page.getByLabel('Value').fill('noto');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Remove filter style = noto' }).waitFor();
    await eventually(async () => new Set((await shownHits(page)).map(({ name }) => name)).size).toBe(24);
    await page.getByRole('radio', { name: 'pictures' }).check({ force: true });
    await page.getByRole('button', { name: 'Remove filter by pictures' }).waitFor();
    await page.getByLabel('At most so many bits away').fill('16');
    await eventually(async () =>
      Math.max(...(await shownHits(page)).map(({ distance }) => distance)),
    ).toBeLessThanOrEqual(16);
    expect(page.url()).toContain('where=style%3Dnoto');
    await page.locator('.hit .chip').first().click();
    const name = all.find(({ className }) => className === 'animal-bird')!.className;
    await eventually(async () => (await shownHits(page)).every(({ className }) => className === name)).toBe(
      true,
    );
    await page
      .getByRole('button', { name: /^Remove filter/ })
      .first()
      .waitFor();
    while ((await page.getByRole('button', { name: /^Remove filter/ }).count()) > 0)
      await page
        .getByRole('button', { name: /^Remove filter/ })
        .first()
        .click();
    await eventually(() => shownHits(page)).toEqual(all);
  });

  it('tells all of an item, and a click on a value filters by it', async () => {
    const page = await open('?q=insect');
    const { name } = (await shownHits(page))[0]!;
    await page
      .getByRole('button', { name: `Details: ${name}` })
      .first()
      .click();
    const details = page.getByRole('dialog', { name });
    await details.locator('img').waitFor();
    expect(await details.textContent()).toMatch(
      /id.*\((?:noto|openmoji)\)distance\d+ bits, by its (?:text|picture)/,
    );
    expect(await axeFindings(page)).toEqual([]);
    await details.getByRole('button', { name: 'animal-bug' }).click();
    await page.getByRole('button', { name: 'Remove filter class = animal-bug' }).waitFor();
    await eventually(async () =>
      (await shownHits(page)).every(({ className }) => className === 'animal-bug'),
    ).toBe(true);
    await page
      .getByRole('button', { name: /^Details/ })
      .first()
      .click();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  it('says when nothing fits, and leads back to all', async () => {
    const page = await open('?q=bird&class=nothing+of+this+name');
    expect(await page.getByRole('status').textContent()).toContain('Nothing of');
    await page.getByRole('button', { name: 'Search without filters' }).click();
    await eventually(async () => (await shownHits(page)).length).toBe(24);
  });

  it('leads to more like a hit, and to more of them', async () => {
    const page = await open('?q=heart');
    const { name } = (await shownHits(page)).find(({ className }) => className === 'heart')!;
    await page
      .getByRole('link', { name: `More like this: ${name}`, exact: true })
      .first()
      .click();
    await page.getByRole('heading', { name: `More like ${name}` }).waitFor();
    const [itself] = await shownHits(page);
    expect(itself).toMatchObject({ className: 'heart', distance: 0 });
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await eventually(async () => (await shownHits(page)).length).toBe(48);
    const distances = (await shownHits(page)).map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it('is worked by keyboard alone', async () => {
    const page = await open();
    await searching(page).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('fruit');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '“fruit”' }).waitFor();
    const hits = await shownHits(page);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await page.locator('.hit .like').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe(`More like this: ${hits[1]!.name}`);
    expect(await page.locator('.hit [tabindex="0"]').count()).toBe(3); // class, details and link of one card
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `More like ${hits[1]!.name}` }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: /^Search by meaning/ }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });
}

/** Every state in light and dark, wide and narrow: no finding of axe-core, nothing that scrolls sideways. */
function looks(): void {
  const states: Record<string, string> = {
    'at the beginning': '',
    'with results': '?q=fruit',
    'with nothing found': '?q=fruit&class=none',
    'of the collection': '?view=collection',
    'of adding pictures': '?view=add',
    'of a collection that is not there': '?collection=none',
  };
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  for (const [kind, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['light, on a phone', { colorScheme: 'light', ...phone }],
    ['dark, on a phone', { colorScheme: 'dark', ...phone }],
  ] as const) {
    it(`has no finding of axe-core in ${kind}`, async () => {
      const page = await open('', options);
      for (const [state, address] of Object.entries(states)) {
        await page.goto(`${url}${address}`);
        await page.locator('main h1, .question').first().waitFor();
        if (address.startsWith('?q'))
          await page.getByRole('button', { name: 'Filters', exact: true }).click();
        expect(await axeFindings(page), state).toEqual([]);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wide, `${state} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    });
  }

  it('has the colours of the system until it is told others, and keeps those', async () => {
    const page = await open('', { colorScheme: 'dark' });
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await searching(page).waitFor();
    const dark = await back();
    await page.getByRole('button', { name: /^Colours: system/ }).click();
    const light = await back();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    expect(await back()).toBe(dark);
  });
}

async function folderOfPictures(name: string, count: number): Promise<string> {
  const made = path.join(folder, 'photos', name);
  await mkdir(made, { recursive: true });
  for (let i = 0; i < count; i++) {
    const background = { r: (37 * i) % 256, g: (91 * i) % 256, b: (i * i) % 256 };
    const picture = sharp({ create: { width: 80, height: 60, channels: 3, background } });
    await writeFile(path.join(made, `${String(i).padStart(2, '0')}.png`), await picture.png().toBuffer());
  }
  return made;
}

const countOf = async (page: Page): Promise<number> => {
  const answer = await page.request.get(`${url}v1/collections/emoji`);
  return (await answer.json()).items;
};
