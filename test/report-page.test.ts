/**
 * The page of a report, opened in a real browser in light and dark: it asks the network for nothing, complains about
 * nothing, and axe-core finds no serious fault. Chromium is looked for on the path, or where `CHROMIUM` says; without one,
 * this is skipped.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunRecord, summarize } from '../src/evaluate/index.ts';
import { comparisonPage } from '../src/report/comparison-page.ts';
import { renderPage } from '../src/report/page.ts';
import { chromium, visit } from './chromium.ts';
import { type PicturesOptions, picturesAndTexts, type RecordsOptions, recordsOf } from './run-records.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MANY: Record<string, number> = {
  lsh: 3,
  itq: 1.8,
  sdh: 2,
  zsh: 1.9,
  csq: 1.6,
  'pseudo-label': 1.2,
  'tzsh/source-only': 1.7,
  tzsh: 0.6,
  'tzsh/oracle': 0.3,
};

/** Many methods, lengths and classes; pictures and texts; features alone; a single run. */
const PAGES: Record<string, [PicturesOptions, RecordsOptions]> = {
  many: [
    { classes: 20, perClass: 16, parts: true },
    { methods: MANY, bits: [16, 64], seeds: [0, 1], unseen: 15, tasks: ['image->image'] },
  ],
  across: [
    { classes: 12, perClass: 20 },
    {
      methods: { 'cca-itq': 1.5, czhash: 0.6, scm: 1.4 },
      bits: [32],
      seeds: [0, 1],
      unseen: 4,
      tasks: ['image->text', 'text->image', 'image->image'],
    },
  ],
  features: [
    { classes: 6, perClass: 20, show: 'features' },
    { methods: { lsh: 2, itq: 1 }, bits: [16, 32], seeds: [0], unseen: 0, tasks: ['image->image'] },
  ],
  single: [
    { classes: 8, perClass: 20 },
    { methods: { tzsh: 1 }, bits: [64], seeds: [3], unseen: 3, tasks: ['image->image'] },
  ],
};

/** Before the page: whatever goes wrong is counted. */
const WATCH = `<script>
window.faults = [];
addEventListener('error', (event) => faults.push('error ' + (event.message ?? event.target?.src)), true);
addEventListener('securitypolicyviolation', (event) => faults.push('asked for ' + event.blockedURI));
const complain = console.error;
console.error = (...words) => { faults.push(words.join(' ')); complain(...words); };
</script>`;

/** Opens one page after the other in a frame, with all that can be opened open, and lets axe look at it. */
const RUNNER = `<!doctype html><title>runner</title><script type="module">
const report = {};
try {
  for (const name of ${JSON.stringify(Object.keys(PAGES))}) {
    const frame = Object.assign(document.createElement('iframe'), { src: name + '.html', width: 1200, height: 900 });
    const loaded = new Promise((done) => { frame.onload = done; });
    document.body.append(frame);
    await loaded;
    const { document: page, axe, faults } = frame.contentWindow;
    const wide = page.documentElement.scrollWidth - page.documentElement.clientWidth;
    for (const closed of page.querySelectorAll('details')) closed.open = true;
    const { violations, passes } = await axe.run(page, { resultTypes: ['violations'] });
    report[name] = {
      faults,
      wide,
      asked: frame.contentWindow.performance.getEntriesByType('resource').map((entry) => entry.name).filter((address) => !address.startsWith('data:')),
      dark: frame.contentWindow.matchMedia('(prefers-color-scheme: dark)').matches,
      back: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
      passes: passes.map(({ id }) => id),
      violations: violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary) })),
    };
    frame.remove();
  }
} catch (error) {
  report.error = String(error?.stack ?? error);
}
await fetch('report', { method: 'POST', body: JSON.stringify(report) });
</script>`;

interface Look {
  readonly faults: readonly string[];
  readonly wide: number;
  readonly asked: readonly string[];
  readonly dark: boolean;
  readonly back: string;
  readonly passes: readonly string[];
  readonly violations: readonly { readonly id: string; readonly impact: string }[];
}
type Report = Readonly<Record<string, Look>> & { readonly error?: string };

async function pageOf(records: readonly RunRecord[], data: ReturnType<typeof picturesAndTexts>) {
  const summary = summarize(records.flatMap(({ evaluations }) => evaluations));
  const { environment } = records[0]!;
  return renderPage(
    await comparisonPage({ data, records, summary, environment, title: `Comparison on ${data.name}` }),
  );
}

const pages = new Map<string, string>();
beforeAll(async () => {
  for (const [name, [pictures, options]] of Object.entries(PAGES)) {
    const data = picturesAndTexts(pictures);
    pages.set(name, await pageOf(await recordsOf(data, options), data));
  }
}, 120_000);

describe('the page of a comparison', () => {
  it('is one file without an address, a script, or text that became markup', () => {
    for (const html of pages.values()) {
      expect(html).not.toMatch(/(?:src|href)="(?!data:|#)/);
      expect(html).not.toMatch(/@import|url\(|<script/);
      expect(html).not.toMatch(/<(?:disc|square|stripes|\d)/);
      expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
      expect(html.length).toBeLessThan(3e6);
    }
  });

  it('has its headings in order, and each place of the contents', () => {
    for (const html of pages.values()) {
      const levels = [...html.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
      expect(levels[0]).toBe(1);
      levels.forEach((level, i) => {
        if (i > 0) expect(level).toBeLessThanOrEqual(levels[i - 1]! + 1);
      });
      for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
    }
  });

  it('has the parts that its runs have something to say for', () => {
    const partsOf = (name: string) =>
      [...pages.get(name)!.matchAll(/<section id="([^"]+)"/g)].map((match) => match[1]);
    expect(partsOf('many')).toEqual([
      'figures',
      'length',
      'curves',
      'radius',
      'seen',
      'learning',
      'confusion',
      'found',
      'map',
      'measured',
    ]);
    expect(partsOf('across')).toContain('learning');
    expect(partsOf('features')).not.toContain('seen');
    expect(partsOf('features')).not.toContain('learning');
    expect(partsOf('features')).toContain('found');
  });
});

describe.skipIf(!chromium)('the page of a comparison in Chromium', () => {
  for (const [scheme, flag, back] of [
    ['light', 1, 'rgb(255, 255, 255)'],
    ['dark', 0, 'rgb(15, 19, 24)'],
  ] as const) {
    it(`asks for nothing, complains about nothing and passes axe-core in ${scheme}`, async () => {
      const folder = await temporaryFolder();
      const site = path.join(folder, 'site');
      await mkdir(site);
      await writeFile(path.join(site, 'axe.js'), axe.source);
      for (const [name, html] of pages) {
        const watched = html.replace('<head>', `<head>${WATCH}<script src="axe.js"></script>`);
        await writeFile(path.join(site, `${name}.html`), watched);
      }
      await writeFile(path.join(site, 'index.html'), RUNNER);
      const policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src 'self'; frame-src 'self'";
      const headers = { 'content-security-policy': policy };
      const flags = [`--blink-settings=preferredColorScheme=${flag}`];
      const report = await visit<Report>([site], path.join(folder, 'profile'), headers, flags);
      expect(report.error).toBeUndefined();
      for (const name of Object.keys(PAGES)) {
        const look = report[name]!;
        expect(look.faults, name).toEqual([]);
        expect(look.asked.filter((address) => !address.endsWith('/axe.js'))).toEqual([]);
        expect([look.dark, look.back], name).toEqual([scheme === 'dark', back]);
        expect(look.wide, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
        for (const rule of ['color-contrast', 'image-alt', 'svg-img-alt'])
          if (name !== 'features' || rule !== 'image-alt') expect(look.passes, name).toContain(rule);
        const grave = look.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
        expect(grave, name).toEqual([]);
      }
    }, 120_000);
  }
});
