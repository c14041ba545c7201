/** The example of docs/tuning.md is cut from here: what stands between "cut" and "end" is on the page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { makeSplit, openIcons, tune } from '../src/index.ts';
import { createMethod } from '../src/methods/index.ts';

const page = readFileSync(path.join(import.meta.dirname, '../docs/tuning.md'), 'utf8');
const source = readFileSync(import.meta.filename, 'utf8');

it('docs/tuning.md has the example as it runs here', { timeout: 120_000 }, async () => {
  const inTest = /\/\/ cut: tune\n([\s\S]*?) *\/\/ end/.exec(source)![1]!.replace(/^ {2}/gm, '');
  expect(page).toContain(`<!-- cut from test/tuning-doc.test.ts: tune -->\n\n\`\`\`ts\n${inTest}\`\`\``);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  // cut: tune
  const data = await openIcons();
  const split = makeSplit(data, { protocol: 'zero-shot', unseen: 24, seed: 100 });
  const { trials, choice, settings } = await tune(data, split, {
    method: 'itq',
    bits: 32,
    settings: { iterations: [2, 20] }, // to try, beside the default 50
  });
  for (const { settings, scores, mean } of trials) console.log(settings, scores, mean);
  console.log(choice); // which is best, by how much, and whether that may be luck
  const model = await createMethod('itq', { ...settings, bits: 32 }).fit(data, split);
  // end
  expect(log).toHaveBeenCalledTimes(trials.length + 1);
  log.mockRestore();
  expect(trials.map((trial) => trial.settings)).toEqual([{}, { iterations: 2 }, { iterations: 20 }]);
  expect(trials[0]!.mean).toBeGreaterThan(0.3);
  expect(settings).toEqual(trials[choice!.recommended]!.settings);
  expect(model.bits).toBe(32);
  await model.dispose();
});
