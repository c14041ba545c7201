/** Seen against unseen classes, and what training logged. */
import { type BarGroup, barPlot } from '../bars.ts';
import { byBits } from '../curves.ts';
import type { Finding } from '../finding.ts';
import { figure, paragraph, plots } from '../markup.ts';
import { miningPlots, objectivePlots } from '../training-log.ts';
import { distinct, lengthShown, type View } from '../view.ts';
import { figureOf, shown } from './plots.ts';

/** Only of data sets with test rows of seen classes. */
export function seenPart(view: View, { ranking }: Finding): string {
  const best = ranking[0]!.method;
  const { summary, mainTask, methods, bits } = view;
  const rows = summary.filter((row) => row.task === mainTask && row.harmonicMean && row.mapSeen);
  if (rows.length === 0) return '';
  const length = lengthShown(distinct(rows.map((row) => row.bits)).sort((a, b) => a - b));
  const groups = methods.flatMap((name): BarGroup[] => {
    const row = rows.find(({ method, bits: own }) => method === name && own === length);
    if (!row) return [];
    const bars = [row.mapSeen!, row.map, row.harmonicMean!].map(({ mean: value, sd }) => ({
      value,
      ...(sd !== null && { error: sd }),
    }));
    return [{ name, bars, best: name === best }];
  });
  const bars = barPlot(groups, {
    title: `mAP by the class of the query, ${length} bits`,
    label: 'mAP',
    kinds: ['seen', 'unseen', 'harmonic mean'],
    width: 500,
  });
  const lengths = distinct(rows.map((row) => row.bits)).length;
  const lines =
    bits.length > 1 && lengths > 1
      ? figureOf(byBits(view, 'harmonicMean', mainTask, 'generalized', best))
      : '';
  const note = paragraph(
    'Queries of seen and of unseen classes in one database of both. A method that learned the seen classes alone loses here what it won there; the harmonic mean says by how much.',
    'quiet',
  );
  return `${note}\n${plots([figure(bars), lines].filter(Boolean))}`;
}

export function learningPart(view: View): string {
  const mining = shown(miningPlots(view));
  const objective = objectivePlots(view, lengthShown(view.bits));
  return [
    mining.length > 0 &&
      `<h3>Mining, round by round</h3>\n${paragraph('Of the pairs that were mined in the unlabelled pool, how many are right by the hidden labels. Counted for this page; training never sees it.', 'quiet')}\n${plots(mining.map(figureOf))}`,
    objective.length > 0 && `<h3>The objective, block by block</h3>\n${plots(objective.map(figureOf))}`,
  ]
    .filter(Boolean)
    .join('\n');
}
