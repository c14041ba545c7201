/** What single runs look like: who is taken for whom, what queries found, and where codes lie. */
import { Codes } from '../../codes/index.ts';
import { classesOfRow } from '../../data/index.ts';
import type { Task } from '../../evaluate/index.ts';
import { mapCodes } from '../code-map.ts';
import { confusionMarkup } from '../confusion.ts';
import type { Finding } from '../finding.ts';
import { type MapPoint, mapKey, mapPlot } from '../map-plot.ts';
import { details, figure, paragraph, plots } from '../markup.ts';
import { foundMarkup } from '../strips-html.ts';
import { askedClasses, distinct, insightsOf, isZeroShot, type View } from '../view.ts';
import { pictureTask, SHOWN, sideBySide, standIn, standInText } from './stand-in.ts';

export function confusionPart(view: View, finding: Finding): string {
  const task = pictureTask(view);
  const of = insightsOf(view, sideBySide(view, finding).slice(0, 2), task, standIn(view));
  const inner = confusionMarkup(
    of.map(({ record, insight }) => ({
      method: record.method,
      style: view.styleOf(record.method),
      confusion: insight.confusion,
    })),
    view.data.classes,
  );
  const where = view.databases.includes('generalized') ? ' among seen and unseen classes' : '';
  const says = `Classes of the 10 nearest items${where}, mean over a class's queries${view.tasks.length > 1 ? `; ${task}` : ''}. ${standInText(view)}`;
  return inner && `${paragraph(says, 'quiet')}\n${inner}`;
}

const TASK_TITLES: Readonly<Record<Task, string>> = {
  'image->text': 'Words found by a picture',
  'text->image': 'Pictures found by words',
  'image->image': 'Pictures found by a picture',
  'text->text': 'Words found by words',
};

export async function foundPart(view: View, finding: Finding, signal?: AbortSignal): Promise<string> {
  const parts: string[] = [];
  for (const task of view.tasks) {
    const of = insightsOf(view, sideBySide(view, finding), task, standIn(view));
    if (of.length === 0) continue;
    const strips = await foundMarkup(
      of.map(({ record, insight }) => ({ method: record.method, retrieved: insight.retrieved })),
      {
        data: view.data,
        task,
        unseen: isZeroShot(view) ? askedClasses(of[0]!.record) : new Set(),
        ...SHOWN,
        ...(signal && { signal }),
      },
    );
    if (!strips) continue;
    parts.push(view.tasks.length === 1 ? strips : details(TASK_TITLES[task], strips, parts.length === 0));
  }
  if (parts.length === 0) return '';
  const diamond = isZeroShot(view) ? ' ◆ marks classes that had no label in training.' : '';
  const where = view.databases.includes('generalized') ? ', searched among seen and unseen classes' : '';
  return `${paragraph(`Queries were chosen before anything was searched: some classes, one query each${where}. ✓ and a solid frame: of the query's class. ✗ and a dashed frame: of another.${diamond} ${standInText(view)}`, 'quiet')}\n${parts.join('\n')}`;
}

export async function mapPart(view: View, finding: Finding, signal?: AbortSignal): Promise<string> {
  const { data } = view;
  const names = sideBySide(view, finding);
  // The best beside the known quantity: the second would look much like the best.
  const known = names.slice(1).find((name) => name === 'itq') ?? names[1];
  const wanted = [known, names[0]].filter((name) => name !== undefined);
  const at = standIn(view);
  const of = insightsOf(view, distinct(wanted), pictureTask(view), at);
  const asked = of[0] ? [...askedClasses(of[0].record)].sort((a, b) => a - b) : [];
  const maps: string[] = [];
  let seen = false;
  for (const { record, insight } of of) {
    const { rows, codes } = insight.sample;
    const packed = Codes.fromBytes(Buffer.from(codes, 'base64'), { bits: record.bits });
    const places = await mapCodes(packed, { seed: at.seed, ...(signal && { signal }) });
    if (places.length === 0) continue;
    const points = places.map(([x, y], i): MapPoint => {
      const classes = classesOfRow(data, rows[i]!);
      return { x, y, label: classes.find((label) => asked.includes(label)) ?? classes[0] ?? -1 };
    });
    seen ||= points.some(({ label }) => !asked.includes(label));
    maps.push(figure(mapPlot(points, { title: record.method, classes: data.classes, shown: asked })));
  }
  if (maps.length === 0) return '';
  const says = `Codes of ${isZeroShot(view) ? 'items of unseen classes' : 'database items'} on a plane, by t-SNE of their Hamming distances: near points have near codes; how far apart groups lie, and how wide they are, says little. ${standInText(view)}`;
  return `${paragraph(says, 'quiet')}\n${plots(maps)}\n${mapKey({ classes: data.classes, shown: asked }, seen)}`;
}
