/** The page of a comparison: its parts in the order in which a paper's reader asks for them. */
import { Codes } from '../codes/index.ts';
import { classesOfRow, type Dataset } from '../data/index.ts';
import { throwIfAborted } from '../errors.ts';
import type { Environment, SummaryRow } from '../evaluate/index.ts';
import { BOTH_WAYS, type Task } from '../evaluate/index.ts';
import type { RunRecord } from '../evaluate/run-record.ts';
import { type BarGroup, barPlot } from './bars.ts';
import { mapCodes } from './code-map.ts';
import { type ComparisonTable, comparisonTables } from './comparison.ts';
import { confusionMarkup } from './confusion.ts';
import { byBits, DATABASE_TITLES, oneAxis, type Plot, precisionAtRanks, precisionRecall } from './curves.ts';
import { escapeXml } from './escape.ts';
import { type Finding, findingOf, findingText } from './finding.ts';
import { environmentFacts } from './folder.ts';
import { type MapPoint, mapKey, mapPlot } from './map-plot.ts';
import { details, figure, htmlTable, paragraph, plotFigure, plots, scroll } from './markup.ts';
import { factList, figuresTable, type PageSection, type ReportPage } from './page.ts';
import { commandLine, costTable, dataText, environments, methodsTable, splitsTable } from './provenance.ts';
import { sample } from './series-style.ts';
import { foundMarkup } from './strips-html.ts';
import { miningPlots, objectivePlots } from './training-log.ts';
import {
  askedClasses,
  distinct,
  insightsOf,
  isOracle,
  isZeroShot,
  lengthShown,
  type View,
  viewOf,
  withFirst,
} from './view.ts';

export interface ComparisonMaterial {
  readonly data: Dataset;
  /** At least one, with at least one evaluation. */
  readonly records: readonly RunRecord[];
  readonly summary: readonly SummaryRow[];
  readonly environment: Environment;
  readonly title: string;
  /** What was done, in plain text; default: the data, the seeds and the protocol. */
  readonly says?: string;
  /** Options of the comparison that its records do not tell: which classes are unseen, whose labels may be read, tasks. */
  readonly asked?: readonly string[];
  /** How to get the page again; default: an `unseen compare`. */
  readonly command?: string;
  /** Further facts of what was measured. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Queries shown of each task, hits of each query, methods side by side. */
const SHOWN = { queries: 6, hits: 10, methods: 3 } as const;

/** @throws `ABORTED` */
export async function comparisonPage(material: ComparisonMaterial): Promise<ReportPage> {
  const { data, records, summary, title, signal } = material;
  const all = viewOf(data, records, summary);
  const finding = findingOf(all);
  const view = withFirst(all, finding.ranking[0]!.method);
  const sections: PageSection[] = [
    { id: 'figures', title: 'Figures', inner: figuresPart(view) },
    {
      id: 'length',
      title: view.bits.length > 1 ? 'By length of the code' : 'Side by side',
      inner: lengthPart(view, finding),
    },
    { id: 'curves', title: 'Precision and recall', inner: curvesPart(view, finding) },
    { id: 'radius', title: 'Hash lookup: radius 2', inner: radiusPart(view, finding) },
    { id: 'seen', title: 'Seen and unseen classes together', inner: seenPart(view, finding) },
    { id: 'learning', title: 'While they learned', inner: learningPart(view) },
    { id: 'confusion', title: 'What is taken for what', inner: confusionPart(view, finding) },
    { id: 'found', title: 'What was found', inner: await foundPart(view, finding, signal) },
    { id: 'map', title: 'Maps of codes', inner: await mapPart(view, finding, signal) },
    { id: 'measured', title: 'How it was measured', inner: measuredPart(view, material) },
  ];
  throwIfAborted(signal, 'the report');
  return {
    title,
    lead: findingText(finding),
    summary: [
      `${dataText(view)} ${material.says ?? `Protocol ${records[0]!.evaluations[0]!.protocol}; every method has the same splits.`} mAP is the exact expectation over the order of ties.`,
    ],
    sections,
  };
}

function figuresPart(view: View): string {
  const tables = comparisonTables(view.summary);
  const main = tables.filter(({ task }) => task === view.mainTask);
  const others = tables.filter(({ task }) => task !== view.mainTask);
  const hint = view.methods.some(isOracle)
    ? 'Bold: the best of a column. An oracle trains with the labels that the others have to guess: a bound, no competitor. Chance is a random order.'
    : 'Bold: the best of a column. Chance is a random order.';
  return [paragraph(hint, 'quiet'), tablesOf(main), details('Every task by itself', tablesOf(others))].join(
    '\n',
  );
}

const tablesOf = (tables: readonly ComparisonTable[]): string =>
  tables.length > 0 ? `<div class="tables">${tables.map(figuresTable).join('\n')}</div>` : '';

const figureOf = ({ series, options }: Plot): string => plotFigure(series, options);

/** Lines where there are several lengths, bars where there is one; one figure alone needs neither. */
function lengthPart(view: View, { ranking }: Finding): string {
  const best = ranking[0]!.method;
  const { mainTask, databases, summary, bits } = view;
  if (bits.length > 1)
    return plots(databases.map((database) => figureOf(byBits(view, 'map', mainTask, database, best))));
  if (view.methods.length < 2) return '';
  return plots(
    databases.map((database) => {
      const here = summary.filter((row) => row.task === mainTask && row.database === database);
      const groups = view.methods.flatMap((name): BarGroup[] => {
        const row = here.find(({ method }) => method === name);
        if (!row) return [];
        const { mean: value, sd } = row.map;
        return [{ name, bars: [{ value, ...(sd !== null && { error: sd }) }], best: name === best }];
      });
      return figure(
        barPlot(groups, {
          title: `mAP, ${bits[0]} bits, ${DATABASE_TITLES[database]}`,
          label: 'mAP',
          kinds: ['mAP'],
          line: { name: 'chance', value: here[0]!.chance.mean },
          width: 480,
        }),
      );
    }),
  );
}

/** One key for many small plots. */
function key(view: View): string {
  if (view.methods.length < 2) return '';
  const entries = view.methods.map(
    (method) =>
      `<li><svg class="plot" viewBox="0 0 32 12" width="32" height="12" aria-hidden="true">${sample(view.styleOf(method), 0, 0)}</svg> ${escapeXml(method)}</li>`,
  );
  return `<ul class="key">${entries.join('')}</ul>`;
}

function curvesPart(view: View, { ranking }: Finding): string {
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

const shown = (all: readonly Plot[]): Plot[] =>
  all.filter(({ series }) => series.some(({ points }) => points.length > 1));

function radiusPart(view: View, { ranking }: Finding): string {
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

/** Only of data sets with test rows of seen classes. */
function seenPart(view: View, { ranking }: Finding): string {
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

function learningPart(view: View): string {
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

/** The best, the best inductive one or ITQ as the known quantity, the second: without oracles, each once. */
function sideBySide({ methods }: View, { ranking, inductive }: Finding): string[] {
  const known = methods.includes('itq') ? 'itq' : inductive?.method;
  const wanted = [ranking[0]!.method, ranking[1]?.method, known, inductive?.method];
  return distinct(wanted.filter((name) => name !== undefined)).slice(0, SHOWN.methods);
}

/** The run that stands for all: the first seed, one length. */
const standIn = ({ seeds, bits }: View) => ({ seed: seeds[0]!, bits: lengthShown(bits) });

const standInText = (view: View): string => {
  const { seed, bits } = standIn(view);
  return `One run stands for all: seed ${seed}, ${bits} bits.`;
};

/** The task whose pictures say most: of what methods are compared by, the first. */
const pictureTask = ({ mainTask, tasks }: View): Task =>
  mainTask === BOTH_WAYS ? (tasks.find((task) => task === 'text->image') ?? tasks[0]!) : mainTask;

function confusionPart(view: View, finding: Finding): string {
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

async function foundPart(view: View, finding: Finding, signal?: AbortSignal): Promise<string> {
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

async function mapPart(view: View, finding: Finding, signal?: AbortSignal): Promise<string> {
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

function measuredPart(view: View, { environment, asked, command, facts }: ComparisonMaterial): string {
  const machines = environments(view);
  const machinesText = (machines.length > 0 ? machines : [environment]).map((one) =>
    factList(environmentFacts(one)),
  );
  const { dataset } = view.records[0]!;
  return [
    `<h3>The same again</h3>`,
    paragraph(
      command === undefined
        ? 'Of a data set that is a folder the name stands here, not the path. All figures of all runs are in runs.jsonl beside this page.'
        : 'All figures are in results.json beside this page.',
      'quiet',
    ),
    scroll('The command line', `<pre><code>${escapeXml(command ?? commandLine(view, asked))}</code></pre>`),
    paragraph(
      `To cite: name Unseen with the version and the commit below, the data set by its fingerprint, the splits by their hashes, and the papers in the column “source”.`,
      'quiet',
    ),
    `<h3>Methods and settings</h3>`,
    methodsTable(view),
    `<h3>Splits</h3>`,
    splitsTable(view),
    `<h3>Cost</h3>`,
    costTable(view),
    `<h3>Machine and versions</h3>`,
    factList({ 'data set': `${dataset.name}, fingerprint ${dataset.fingerprint}`, ...facts }),
    ...machinesText,
  ].join('\n');
}
