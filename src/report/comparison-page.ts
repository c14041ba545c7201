/** The page of a comparison: its parts in the order in which a paper's reader asks for them. */
import type { Dataset } from '../data/index.ts';
import { throwIfAborted } from '../errors.ts';
import type { Environment, SummaryRow } from '../evaluate/index.ts';
import type { RunRecord } from '../evaluate/run-record.ts';
import { escapeXml } from './escape.ts';
import { findingOf, findingText } from './finding.ts';
import { environmentFacts } from './folder.ts';
import { paragraph, scroll } from './markup.ts';
import { factList, type PageSection, type ReportPage } from './page.ts';
import { curvesPart, radiusPart } from './parts/curves.ts';
import { figuresPart, lengthPart } from './parts/figures.ts';
import { confusionPart, foundPart, mapPart } from './parts/found.ts';
import { learningPart, seenPart } from './parts/seen.ts';
import { commandLine, costTable, dataText, environments, methodsTable, splitsTable } from './provenance.ts';
import { type View, viewOf, withFirst } from './view.ts';

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
