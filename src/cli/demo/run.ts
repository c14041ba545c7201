/** The demo's work: train, measure, write the report, and serve it if asked. */
import path from 'node:path';
import { saveSplit } from '../../data/index.ts';
import { describeEnvironment, summarize } from '../../evaluate/index.ts';
import { comparisonTables, comparisonText, plotPrecisionRecall } from '../../report/comparison.ts';
import { environmentFacts, writeReport } from '../../report/folder.ts';
import { renderPage } from '../../report/page.ts';
import { describeStrips, retrieve, sampleQueries } from '../../report/retrieved.ts';
import { drawStrips } from '../../report/strips.ts';
import { onStderr, onStdout } from '../colour.ts';
import type { Call, Result } from '../command.ts';
import { openData } from '../data.ts';
import { checkOutputFolder } from '../outputs.ts';
import { STRIP } from '../reports.ts';
import { EXPLORER, explorer } from './explorer.ts';
import { type LocalServer, openServer } from './server.ts';
import { runStudy, UNSEEN_FAMILIES } from './study.ts';
import { judge, verdictText } from './verdict.ts';

export interface DemoOptions {
  readonly serve: boolean;
  readonly out: string;
  readonly seeds: number[];
  readonly port: number;
}

/** Queries in the picture. */
const SHOWN_QUERIES = 6;

/** @throws `OUTPUT_FOREIGN`, `ARGUMENT_INVALID` for a port that is taken, `ABORTED` */
export async function demo(options: DemoOptions, call: Call): Promise<Result> {
  await checkOutputFolder(options.out, true, 'results.json');
  const server = options.serve ? await openServer(options.port) : undefined;
  try {
    return await study(options, call, server);
  } catch (error) {
    await server?.close();
    throw error;
  }
}

async function study(
  { out, seeds }: DemoOptions,
  call: Call,
  server: LocalServer | undefined,
): Promise<Result> {
  const { signal, progress } = call;
  const data = await openData('icons', call);
  const { runs, split, models } = await runStudy(data, seeds, call);
  const summary = summarize(runs);
  const verdict = judge(runs, summary);
  const environment = await describeEnvironment();
  const tables = comparisonTables(summary);
  const strips = await retrieve(data, split, [models.tzsh, models.itq], {
    queries: sampleQueries(data, split, SHOWN_QUERIES),
    ...STRIP,
    signal,
  });
  const png = await drawStrips(strips, {
    title: 'Families that nobody labelled: the ten nearest codes',
    side: STRIP.side,
  });
  const curves = runs.filter(({ seed, database }) => seed === seeds[0] && database === 'unseen');
  const page = {
    title: 'Unseen: icons of families that nobody labelled',
    summary: [
      verdictText(verdict),
      `${data.rows} icons of ${data.classes.length} families. Each draw hides the labels of ${UNSEEN_FAMILIES} families; ` +
        'half of their icons that are not asked for are given to training without labels (the pool), the other half is searched. ' +
        'Icons of one drawing (outline, filled …) never lie on two sides.',
    ],
    tables,
    plots: [plotPrecisionRecall(curves)],
    pictures: [{ png, alt: describeStrips(strips) }],
    facts: {
      seeds: seeds.join(', '),
      split: split.hash,
      model: models.tzsh.fingerprint,
      ...environmentFacts(environment),
    },
    extension: EXPLORER,
  };
  const results = { environment, verdict, runs, summary };
  await writeReport(
    out,
    { page, results, files: { 'retrieved.png': png } },
    {
      force: true,
      async also(folder) {
        await models.tzsh.save(path.join(folder, 'model'));
        await saveSplit(split, path.join(folder, 'split.json'));
      },
    },
  );
  const handler = server && (await explorer(renderPage(page), data, split, models.tzsh));
  const text = [
    comparisonText(tables, onStdout.bold),
    verdictText(verdict),
    `Written to ${out}/: index.html, retrieved.png, results.json, split.json and the TZSH model of seed ${seeds[0]}.`,
  ].join('\n\n');
  return {
    json: results,
    text,
    ...(server &&
      handler && {
        async afterwards() {
          progress.line(`\n${onStderr.bold(server.url)}  (Ctrl-C stops)`);
          await server.serve(handler, signal);
        },
      }),
  };
}
