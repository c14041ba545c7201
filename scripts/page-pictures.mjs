/**
 * Takes the pictures of `docs/page.md`: the page on what `unseen demo` made, wide and narrow, light and dark.
 *
 *   node scripts/page-pictures.mjs demo-output/
 *
 * Chromium is looked for at `CHROMIUM`, else at /usr/bin/chromium.
 */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { openCollection } from '../dist/collection/index.js';
import { Model } from '../dist/model/index.js';
import { builtPage, createService } from '../dist/service/index.js';

const root = path.join(import.meta.dirname, '..');
const images = path.join(root, 'docs/images');
/** Bytes; larger ones make the repository heavy. */
const MOST = 150 * 1024;

const WIDE = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true };
const SHOTS = [
  { name: 'page-desktop-light', ...WIDE, colorScheme: 'light', address: '?q=a+bird+of+prey' },
  {
    name: 'page-desktop-dark',
    ...WIDE,
    colorScheme: 'dark',
    address: '?q=fruit&labels=unseen&in=image',
    filters: true,
  },
  { name: 'page-phone-light', ...PHONE, colorScheme: 'light', address: '' },
  { name: 'page-phone-dark', ...PHONE, colorScheme: 'dark', address: '?q=clock&labels=unseen' },
];

const demo = process.argv[2] ?? path.join(root, 'demo-output');
const model = await Model.load(path.join(demo, 'emoji-model'));
const collection = await openCollection(path.join(demo, 'collections/emoji'));
const service = await createService({
  collections: [{ collection }],
  models: [{ model }],
  web: builtPage(),
  report: demo,
});
const url = await service.listen({ port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
try {
  // The first question opens the encoder; the times that are shown are those of the others.
  const warm = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' };
  await fetch(`${url}/v1/collections/emoji/search`, warm);
  await mkdir(images, { recursive: true });
  for (const { name, address, filters, ...options } of SHOTS) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${url}/${address}`);
    await page
      .locator(address === '' ? '.offers' : '.hit img')
      .first()
      .waitFor();
    if (filters) await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.waitForLoadState('networkidle');
    const file = path.join(images, `${name}.webp`);
    await sharp(await page.screenshot())
      .webp({ quality: 82, effort: 6 })
      .toFile(file);
    const { size } = await stat(file);
    console.log(`${path.relative(root, file)}: ${Math.round(size / 1024)} KiB`);
    if (size > MOST) throw new Error(`${name} has more than ${MOST} bytes`);
    await context.close();
  }
} finally {
  await browser.close();
  await service.close();
}
