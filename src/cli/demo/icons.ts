/** The half of pictures: five methods on draws of unseen icon families. */
import path from 'node:path';
import { type Dataset, saveSplit } from '../../data/index.ts';
import { summarize } from '../../evaluate/index.ts';
import { comparisonTables, plotPrecisionRecall } from '../../report/comparison.ts';
import { describeStrips, retrieve, sampleQueries } from '../../report/retrieved.ts';
import { drawStrips } from '../../report/strips.ts';
import type { Call } from '../command.ts';
import { STRIP } from '../reports.ts';
import type { Half } from './half.ts';
import { collectionOf } from './items.ts';
import { runStudy } from './study.ts';
import { judge, verdictText } from './verdict.ts';

/** Of 67 families: about as many as the literature leaves unseen of its own sets. */
const UNSEEN_FAMILIES = 24;
const METHODS = ['lsh', 'itq', 'tzsh/source-only', 'tzsh', 'tzsh/oracle'];
/** Queries in the picture. */
const SHOWN_QUERIES = 6;

/** @throws `ABORTED` */
export async function studyIcons(data: Dataset, seeds: readonly number[], call: Call): Promise<Half> {
  const { runs, split, models } = await runStudy(
    data,
    {
      unseen: UNSEEN_FAMILIES,
      seeds,
      bits: 64,
      methods: METHODS,
      tasks: ['image->image'],
      shown: ['tzsh', 'itq'],
      where: 'unseen families',
    },
    call,
  );
  const tzsh = models[0]!;
  const summary = summarize(runs);
  const verdict = judge(runs, summary);
  const strips = await retrieve(data, split, models, {
    queries: sampleQueries(data, split, SHOWN_QUERIES),
    ...STRIP,
    signal: call.signal,
  });
  const title = 'Families that nobody labelled: the ten nearest codes';
  const png = await drawStrips(strips, { title, side: STRIP.side });
  const curves = runs.filter(({ seed, database }) => seed === seeds[0] && database === 'unseen');
  return {
    verdict: verdictText(verdict),
    description:
      `${data.rows} icons of ${data.classes.length} families. Each draw hides the labels of ${UNSEEN_FAMILIES} families; ` +
      'half of their icons that are not asked for are given to training without labels (the pool), the other half is searched. ' +
      'Icons of one drawing (outline, filled …) never lie on two sides.',
    tables: comparisonTables(summary),
    plots: [plotPrecisionRecall(curves)],
    pictures: { 'retrieved.png': { png, alt: describeStrips(strips) } },
    facts: { seeds: seeds.join(', '), split: split.hash, model: tzsh.fingerprint },
    results: { verdict, runs, summary },
    saved: `split.json and model/, TZSH of seed ${seeds[0]}`,
    async save(folder) {
      await tzsh.save(path.join(folder, 'model'));
      await saveSplit(split, path.join(folder, 'split.json'));
    },
    collections: [collectionOf(data, tzsh, { name: 'icons' })],
  };
}
