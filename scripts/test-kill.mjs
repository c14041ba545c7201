/**
 * `npm run test:kill -- --kills 200 [--seed 1]`: kills a writer of a collection that often at random moments, and says on the
 * last line what was lost. The test is `test/collection-kill.test.ts`, the program is the built one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,5}$/.test(value)) continue;
  console.error(`--${name} must be a whole number from 1 to 999999, received ${value}`);
  process.exit(2);
}

const root = path.join(import.meta.dirname, '..');
const run = (file, args, env = {}) =>
  spawnSync(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  }).status;

if (run('scripts/setup.mjs', []) !== 0) process.exit(1);
const folder = mkdtempSync(path.join(tmpdir(), 'unseen-kills-'));
const report = path.join(folder, 'report.json');
const status = run('node_modules/vitest/vitest.mjs', ['run', 'test/collection-kill', '-t', 'at any time'], {
  UNSEEN_KILLS: values.kills,
  UNSEEN_KILLS_SEED: values.seed,
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
  good = status === 0;
} catch (error) {
  console.error(error.message);
}
rmSync(folder, { recursive: true, force: true });
console.log(last);
process.exit(good ? 0 : 1);
