/**
 * `npm run test:kill -- --kills 200 [--seed 1]`: kills a writer of a collection that often at random moments, and says on the
 * last line what was lost. The test is `test/collection-kill.test.ts`, the program is the built one.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { numbersOf, passes } from './long-test.mjs';

const { kills, seed } = numbersOf({ kills: 200, seed: 1 });
const folder = mkdtempSync(path.join(tmpdir(), 'unseen-kills-'));
const report = path.join(folder, 'report.json');
const passed = passes(['test/collection-kill', '-t', 'at any time'], {
  UNSEEN_KILLS: kills,
  UNSEEN_KILLS_SEED: seed,
  UNSEEN_KILLS_REPORT: report,
});
let last = 'no report: the test ended before its end';
let good = false;
try {
  const { kills, midCall, lost, resurrected, opened, medianMs, maxMs, problems } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  for (const problem of problems) console.log(problem);
  const share = ((100 * midCall) / kills).toFixed(0);
  last =
    `${kills} kills, ${midCall} during a call (${share} %): ${lost} acknowledged items lost, ${resurrected} resurrected, ` +
    `opened ${opened} of ${kills}, median/max recovery ${medianMs.toFixed(0)}/${maxMs.toFixed(0)} ms`;
  good = passed;
} catch (error) {
  console.error(error.message);
}
rmSync(folder, { recursive: true, force: true });
console.log(last);
process.exit(good ? 0 : 1);
