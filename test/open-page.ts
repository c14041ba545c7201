/** A page in Chromium by Playwright, watched: what it complains about, and what it asks of anybody else, is kept. */
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';
import { chromium, FLAGS } from './chromium.ts';

export const launch = (): Promise<Browser> =>
  driver.launch({ executablePath: chromium!, args: [...FLAGS], handleSIGINT: false });

export interface Watched {
  readonly page: Page;
  /** Errors of scripts and of the console, and requests to other places; expected to stay empty. */
  readonly faults: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const faults: string[] = [];
  const home = new URL(url).origin;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(`${home}/`) && !/^(blob|data):/.test(address)) faults.push(`asked ${address}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** What axe-core finds, of any weight: rule and elements. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await tool.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, impact, nodes }) =>
        `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  });
}

/** A picture as if it were dropped on the page. */
export async function dropPicture(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([file, values]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(values)], file, { type: 'image/png' }));
      return data;
    },
    [name, [...bytes]] as const,
  );
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent('main', type, { dataTransfer: transfer });
}

export interface ShownHit {
  readonly name: string;
  readonly className: string;
  readonly unseen: boolean;
  readonly distance: number;
}

/** The results as they stand on the page, when the search is done. */
export async function shownHits(page: Page): Promise<readonly ShownHit[]> {
  await page.locator('.question [role="status"]', { hasText: /items/ }).waitFor();
  return page.locator('.hit').evaluateAll((cards) =>
    cards.map((card) => ({
      name: card.querySelector('h3')!.textContent!,
      className: card.querySelector('.chip .label')?.textContent ?? '',
      unseen: card.querySelector('.chip .unseen-mark') !== null,
      distance: Number.parseInt(card.querySelector('.distance')!.textContent!, 10),
    })),
  );
}
