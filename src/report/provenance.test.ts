import { describe, expect, it } from 'vitest';
import { type PicturesOptions, picturesAndTexts, recordsOf } from '../../test/run-records.ts';
import { type RunRecord, summarize } from '../evaluate/index.ts';
import { commandLine, dataText, environments, methodsTable, splitsTable } from './provenance.ts';
import { viewOf } from './view.ts';

const pictures: PicturesOptions = { classes: 6, perClass: 12, show: 'features' };
const data = picturesAndTexts(pictures);
const made = await recordsOf(data, {
  methods: { itq: 1, tzsh: 0.5, 'tzsh/oracle': 0.2 },
  bits: [16, 32],
  seeds: [0, 1],
  unseen: 2,
  tasks: ['image->image'],
});
const view = (records: readonly RunRecord[] = made) =>
  viewOf(data, records, summarize(records.flatMap(({ evaluations }) => evaluations)));

describe('the command line', () => {
  it('names what was run, with the settings that are not the defaults, those of a family once', () => {
    expect(commandLine(view()).replaceAll(' \\\n ', '')).toBe(
      "unseen compare --data 'made-up shapes' --protocol zero-shot --unseen 2 --methods itq,tzsh,tzsh/oracle " +
        '--bits 16,32 --seeds 0,1 --set tzsh.steps=900 --report report/',
    );
  });

  it('names the unseen classes where they are the same for every seed, quoted for a shell', () => {
    const one = commandLine(view(made.filter(({ seed }) => seed === 0)));
    expect(one).toMatch(/--unseen '[a-z]+ <\d>,[a-z]+ <\d>'/);
  });

  it('takes what was asked instead, where it is known', () => {
    expect(commandLine(view(), ['--unseen split:half', '--label-share 0.1'])).toContain(
      '--unseen split:half \\\n  --label-share 0.1',
    );
  });

  it('has no unseen classes in a supervised protocol', async () => {
    const records = await recordsOf(data, {
      methods: { itq: 1 },
      bits: [16],
      seeds: [0],
      unseen: 0,
      tasks: ['image->image'],
    });
    expect(commandLine(view(records))).not.toContain('--unseen');
    expect(dataText(view(records))).toBe('made-up shapes: 72 rows, 6 classes; seed 0.');
  });
});

it('the data are said in a sentence', () => {
  expect(dataText(view())).toBe(
    'made-up shapes: 72 rows, 6 classes, 4 of them seen and 2 unseen in training; seeds 0 and 1, each of which draws its own split.',
  );
});

it('every split stands with its hash and its classes, every method with its paper and settings', () => {
  const splits = splitsTable(view());
  for (const { split } of made) expect(splits).toContain(split);
  expect(splits.match(/<tr>/g)).toHaveLength(1 + 2);
  const methods = methodsTable(view());
  expect(methods).toContain('Gong &amp; Lazebnik');
  expect(methods).toMatch(/rounds=4 {2}steps=900/);
  expect(methods).toContain('with labels');
});

it('machines are named once, and both where a comparison went on elsewhere', () => {
  expect(environments(view())).toHaveLength(1);
  const moved = made.map((one, i) =>
    i > 0 ? one : { ...one, environment: { ...one.environment, cores: 8 } },
  );
  expect(environments(view(moved))).toHaveLength(2);
});
