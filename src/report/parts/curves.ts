/** Precision and recall by radius and by rank, and the lookup in radius 2. */
import type { Task } from '../../evaluate/index.ts';
import { byBits, DATABASE_TITLES, oneAxis, precisionAtRanks, precisionRecall } from '../curves.ts';
import type { Finding } from '../finding.ts';
import { details, htmlTable, paragraph, plots } from '../markup.ts';
import { isZeroShot, type View } from '../view.ts';
import { figureOf, key, shown } from './plots.ts';

export function curvesPart(view: View, { ranking }: Finding): string {
  const best = ranking[0]!.method;
  const { tasks, mainDatabase, bits } = view;
  const ofTask = (task: Task): string => {
    const several = tasks.length > 1 ? ` (${task})` : '';
    const curves = bits.map((length) => precisionRecall(view, task, mainDatabase, length, best));
    const ranks = bits.map((length) => precisionAtRanks(view, task, mainDatabase, length, best));
    if (bits.length === 1)
      return `<h3>Hash lookup at growing radius, and among the first N${several}</h3>\n${plots(shown([...curves, ...ranks]).map(figureOf))}`;
    return [
      `<h3>Hash lookup at growing radius${several}</h3>`,
      plots(shown(curves).map(figureOf)),
      `<h3>Among the first N${several}</h3>`,
      plots(oneAxis(shown(ranks)).map(figureOf)),
    ].join('\n');
  };
  const [first, ...others] = tasks;
  return [
    paragraph(
      `Queries of ${isZeroShot(view) ? 'unseen classes' : 'all classes'} among items of ${DATABASE_TITLES[mainDatabase]}${view.seeds.length > 1 ? '; means over seeds' : ''}.`,
      'quiet',
    ),
    key(view),
    ofTask(first!),
    ...others.map((task) => details(task, ofTask(task))),
  ].join('\n');
}

export function radiusPart(view: View, { ranking }: Finding): string {
  const best = ranking[0]!.method;
  const { mainTask, mainDatabase, bits, summary, methods } = view;
  const note = paragraph(
    'Precision within Hamming distance 2 of the query, an empty ball counting as 0; and the share of queries whose ball is empty.',
    'quiet',
  );
  if (bits.length > 1) {
    const two = (['precisionAtRadius2', 'emptyAtRadius2'] as const).map((figure) =>
      figureOf(byBits(view, figure, mainTask, mainDatabase, best)),
    );
    return `${note}\n${key(view)}\n${plots(two)}`;
  }
  const rows = methods.flatMap((method) => {
    const row = summary.find(
      (one) => one.method === method && one.task === mainTask && one.database === mainDatabase,
    );
    if (!row) return [];
    return [[method, row.precisionAtRadius2.mean.toFixed(3), row.emptyAtRadius2.mean.toFixed(3)]];
  });
  const columns = [
    { title: 'method', align: 'left' as const },
    { title: 'precision' },
    { title: 'empty balls' },
  ];
  return `${note}\n${htmlTable({ title: `Radius 2, ${bits[0]} bits, ${DATABASE_TITLES[mainDatabase]}`, columns, rows })}`;
}
