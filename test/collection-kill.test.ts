/** `kill -9` at every named step of a write, and at any time: the built program in a child, what it acknowledged here. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { STEPS } from '../src/collection/embedded/steps.ts';
import { type Known, killed, NOTHING, opened } from './collection-kills.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Kills at random moments; `npm run test:kill -- --kills 1000` sets it, and reads the report. */
const KILLS = Number(process.env.UNSEEN_KILLS ?? 12);
const REPORT = process.env.UNSEEN_KILLS_REPORT;
const SEED = Number(process.env.UNSEEN_KILLS_SEED ?? 1);
/** The most time between the first call and the kill, in ms. */
const MOST_MS = 150;

describe('a writer that is killed', () => {
  it.each(STEPS)('at "%s" loses nothing acknowledged and brings nothing back', async (at) => {
    const folder = path.join(await temporaryFolder(), 'things');
    let known: Known = NOTHING;
    for (let round = 0; round < 2; round++) {
      const left = await killed(folder, known, { at, seed: round + 1 });
      expect(left.signal).toBe('SIGKILL');
      expect(left.open ?? left.moving, 'the kill hit a call').toBeDefined();
      const found = await opened(folder, left);
      expect(found).toMatchObject({ lost: 0, resurrected: 0, problems: [] });
      known = found.known;
    }
    expect(known.values.size).toBeGreaterThan(0);
  });

  it(`at any time, ${KILLS} times, does not either`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
    const folder = path.join(await temporaryFolder(), 'things');
    const sums = { kills: KILLS, midCall: 0, lost: 0, resurrected: 0, opened: 0 };
    const recoveryMs: number[] = [];
    const problems: string[] = [];
    let known: Known = NOTHING;
    for (let kill = 0; kill < KILLS; kill++) {
      const seed = SEED * 10_000 + kill;
      // Every tenth while it opens what the last one left.
      const from = kill % 10 === 9 ? 'opening' : 'call';
      const left = await killed(folder, known, {
        at: 'any time',
        seed,
        delayMs: (seed * 37) % MOST_MS,
        from,
      });
      if (left.signal !== 'SIGKILL') problems.push(`kill ${kill} (seed ${seed}): it ended by itself`);
      if (left.open ?? left.moving) sums.midCall++;
      const found = await opened(folder, left).catch((cause: Error) => cause);
      if (found instanceof Error) {
        problems.push(`kill ${kill} (seed ${seed}): ${found.message}`);
        break;
      }
      known = found.known;
      sums.opened++;
      sums.lost += found.lost;
      sums.resurrected += found.resurrected;
      recoveryMs.push(found.openMs);
      problems.push(...found.problems.map((problem) => `kill ${kill} (seed ${seed}): ${problem}`));
    }
    recoveryMs.sort((a, b) => a - b);
    const median = recoveryMs[recoveryMs.length >> 1] ?? Number.NaN;
    const report = { ...sums, medianMs: median, maxMs: recoveryMs.at(-1) ?? Number.NaN, problems };
    if (REPORT) await writeFile(REPORT, JSON.stringify(report));
    expect(report).toMatchObject({ lost: 0, resurrected: 0, opened: KILLS, problems: [] });
    expect(sums.midCall).toBeGreaterThan(KILLS / 2);
  });
});
