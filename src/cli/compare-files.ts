/** The files of `compare --report`, beside the runs: results for programs and papers, and the page. */
import path from 'node:path';
import { writeFileAtomic } from '../data/files.ts';
import type { Dataset } from '../data/index.ts';
import type { Comparison } from '../evaluate/index.ts';
import { comparisonCsv, csvRuns } from '../report/csv.ts';
import { comparisonLatex } from '../report/latex.ts';
import { reportComparison } from './reports.ts';

interface ComparisonFiles {
  readonly data: Dataset;
  readonly comparison: Comparison;
  /** The document of `--json`. */
  readonly results: unknown;
  /** Options of the command line that the runs do not tell. */
  readonly asked: readonly string[];
  readonly signal: AbortSignal;
}

/** Earlier ones are replaced; there must be a run. @throws `FILE_UNWRITABLE`, `ABORTED` */
export async function writeComparison(folder: string, files: ComparisonFiles): Promise<void> {
  const { data, comparison, results, asked, signal } = files;
  const { records, summary, environment } = comparison;
  const { protocol } = records[0]!.evaluations[0]!;
  const texts = {
    'results.json': `${JSON.stringify(results, null, 2)}\n`,
    'results.csv': comparisonCsv(csvRuns(records)),
    'results.tex': comparisonLatex(summary, { dataset: data.name, protocol }),
  };
  for (const [name, text] of Object.entries(texts)) await writeFileAtomic(path.join(folder, name), [text]);
  await reportComparison(folder, { data, records, summary, environment, asked, force: true, signal });
}
