/** What `--report` writes for one model and for a comparison. */
import type { Dataset, Split } from '../data/index.ts';
import { type Environment, type Evaluation, type SummaryRow, summarize } from '../evaluate/index.ts';
import type { Model } from '../model/index.ts';
import { comparisonTables, plotByBits, plotPrecisionRecall } from '../report/comparison.ts';
import { environmentFacts, writeReport } from '../report/folder.ts';
import { describeStrips, retrieve, sampleQueries } from '../report/retrieved.ts';
import { drawStrips } from '../report/strips.ts';

/** Pixels of a picture in a report, and hits shown a query. */
export const STRIP = { side: 64, k: 10 } as const;

interface ModelReport {
  readonly data: Dataset;
  readonly split: Split;
  readonly model: Model;
  readonly runs: readonly Evaluation[];
  readonly environment: Environment;
  /** At most so many queries are shown. */
  readonly queries: number;
  readonly force: boolean | undefined;
  readonly signal: AbortSignal;
}

export async function reportModel(folder: string, report: ModelReport): Promise<void> {
  const { data, split, model, runs, environment, force, signal } = report;
  const strips = data.modalities.image?.images
    ? await retrieve(data, split, [model], {
        queries: sampleQueries(data, split, report.queries),
        ...STRIP,
        signal,
      })
    : [];
  const title = `${model.method}, ${model.bits} bits, on ${data.name}`;
  const pictures =
    strips.length > 0
      ? [
          {
            png: await drawStrips(strips, { title: 'The nearest codes', side: STRIP.side }),
            alt: describeStrips(strips),
          },
        ]
      : [];
  const page = {
    title,
    summary: [
      `Protocol ${split.protocol}: ${split.seen.length} classes with labels, ${split.unseen.length} without; ` +
        `${split.query.length} queries. Ties in distance count by their expectation.`,
    ],
    tables: comparisonTables(summarize(runs)),
    plots: [plotPrecisionRecall(runs.slice(0, 1))],
    pictures,
    facts: { model: model.fingerprint, split: split.hash, ...environmentFacts(environment) },
  };
  const files = pictures[0] && { 'retrieved.png': pictures[0].png };
  await writeReport(
    folder,
    { page, results: { environment, runs }, ...(files && { files }) },
    { force: force ?? false },
  );
}

interface ComparisonReport {
  readonly data: string;
  readonly runs: readonly Evaluation[];
  readonly summary: readonly SummaryRow[];
  readonly environment: Environment;
  readonly force: boolean | undefined;
}

export async function reportComparison(folder: string, report: ComparisonReport): Promise<void> {
  const { data, runs, summary, environment, force } = report;
  const tables = comparisonTables(summary);
  const { seed, database, protocol } = runs[0]!;
  const curves = runs.filter((run) => run.seed === seed && run.database === database);
  const page = {
    title: `Comparison on ${data}`,
    summary: [
      `Protocol ${protocol}. The same splits for every method; ties in distance count by their expectation. ` +
        `Curves of precision and recall are of seed ${seed}.`,
    ],
    tables,
    plots: [...tables.filter(({ bits }) => bits.length > 1).map(plotByBits), plotPrecisionRecall(curves)],
    pictures: [],
    facts: environmentFacts(environment),
  };
  await writeReport(folder, { page, results: { environment, runs, summary } }, { force: force ?? false });
}
