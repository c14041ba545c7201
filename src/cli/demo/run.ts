/** The demo's work: train, measure, write the report, and serve it if asked. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { describeEnvironment, type Environment } from '../../evaluate/index.ts';
import { comparisonText } from '../../report/comparison.ts';
import { environmentFacts, writeReport } from '../../report/folder.ts';
import type { ReportPage } from '../../report/page.ts';
import { onStderr, onStdout } from '../colour.ts';
import type { Call, Result } from '../command.ts';
import { openData } from '../data.ts';
import { checkOutputFolder } from '../outputs.ts';
import { openDemoService, writeCollections } from './collections.ts';
import { studyEmoji } from './emoji.ts';
import { HALVES, type Half, type HalfName } from './half.ts';
import { studyIcons } from './icons.ts';
import { type HeldPort, HOST, holdPort } from './port.ts';

export interface DemoOptions {
  readonly serve: boolean;
  readonly out: string;
  readonly seeds: number[];
  readonly port: number;
  /** Default: both halves. */
  readonly only?: HalfName;
}

/** Opens the half's data, which may fail at once, and returns its work. */
export type Opener = (call: Call) => Promise<(seeds: readonly number[]) => Promise<Half>>;

const OPENERS: Readonly<Record<HalfName, Opener>> = {
  async icons(call) {
    const data = await openData('icons', call);
    return (seeds) => studyIcons(data, seeds, call);
  },
  async emoji(call) {
    const data = await openData('emoji', call);
    return (seeds) => studyEmoji(data, seeds, call);
  },
};

/**
 * Ctrl-C in the second half keeps the first: it is written, and the exit status says that it is a part.
 * @throws `OUTPUT_FOREIGN`, `ARGUMENT_INVALID` for a port that is taken, `PACKAGE_MISSING`, `ABORTED`
 */
export async function demo(options: DemoOptions, call: Call, openers = OPENERS): Promise<Result> {
  await checkOutputFolder(options.out, true, 'results.json');
  const held = options.serve ? await holdPort(options.port) : undefined;
  try {
    const result = await study(options, call, openers, held);
    if (result.failure) await held?.release();
    return result;
  } catch (error) {
    await held?.release();
    throw error;
  }
}

async function study(
  { out, seeds, only }: DemoOptions,
  call: Call,
  openers: Readonly<Record<HalfName, Opener>>,
  held: HeldPort | undefined,
): Promise<Result> {
  const names = HALVES.filter((name) => only === undefined || name === only);
  const works: [HalfName, Awaited<ReturnType<Opener>>][] = [];
  // All data first: what is not installed is said before minutes of training.
  for (const name of names) works.push([name, await openers[name](call)]);
  const halves = new Map<HalfName, Half>();
  let failure: UnseenError | undefined;
  for (const [name, work] of works) {
    try {
      halves.set(name, await work(seeds));
    } catch (error) {
      if (halves.size === 0 || !(error instanceof UnseenError) || error.code !== 'ABORTED') throw error;
      const kept = `The half of ${[...halves.keys()].join(', ')} was finished and is in ${out}/.`;
      failure = new UnseenError('ABORTED', { during: `the half of ${name}`, kept }, { cause: error });
    }
  }
  const environment = await describeEnvironment();
  const page = pageOf(halves, environment);
  const results = resultsOf(halves, environment);
  const all = [...halves.values()];
  const collections = all.flatMap((half) => half.collections);
  const pictures = all.flatMap((half) => Object.entries(half.pictures));
  const files = Object.fromEntries(pictures.map(([name, { png }]) => [name, png]));
  await writeReport(
    out,
    { page, results, files },
    {
      force: true,
      async also(folder) {
        for (const half of all) await half.save(folder);
        // Trained models are worth more than collections, which are made of them in seconds.
        if (!failure) failure = await interrupted(() => writeCollections(folder, collections, call), out);
      },
    },
  );
  const written = [
    `index.html, results.json, ${Object.keys(files).join(', ')}`,
    ...all.map(({ saved }) => saved),
    ...(failure ? [] : [`collections/ (${collections.map(({ name }) => name).join(', ')})`]),
  ];
  const text = [
    ...all.flatMap(({ tables, verdict }) => [comparisonText(tables, onStdout.bold), verdict]),
    `Written to ${path.join(out, '/')}: ${written.join('; ')}.`,
    ...all.flatMap((half) => half.next?.(out) ?? []),
  ].join('\n\n');
  if (failure) return { json: { ...results, aborted: true }, text, failure };
  if (!held) return { json: results, text };
  return {
    json: results,
    text,
    async afterwards() {
      await held.release();
      const service = await openDemoService(out, collections);
      try {
        const address = await service.listen({ host: HOST, port: held.port });
        call.progress.line(`\n${onStderr.bold(`${address}/`)}  (Ctrl-C stops)`);
        if (!call.signal.aborted)
          await new Promise((stop) => call.signal.addEventListener('abort', stop, { once: true }));
      } finally {
        await service.close();
      }
    },
  };
}

/** Ctrl-C while collections are made leaves them out and keeps what was trained. */
async function interrupted(work: () => Promise<void>, out: string): Promise<UnseenError | undefined> {
  try {
    await work();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof UnseenError) || cause.code !== 'ABORTED') throw cause;
    const values = { during: 'the making of collections', kept: `The report and the models are in ${out}/.` };
    return new UnseenError('ABORTED', values, { cause });
  }
}

function pageOf(halves: ReadonlyMap<HalfName, Half>, environment: Environment): ReportPage {
  const all = [...halves.values()];
  return {
    title: `Unseen: ${[...halves.keys()].join(' and ')} of classes that nobody labelled`,
    summary: all.flatMap(({ verdict, description }) => [verdict, description]),
    tables: all.flatMap(({ tables }) => tables),
    plots: all.flatMap(({ plots }) => plots),
    pictures: all.flatMap(({ pictures }) => Object.values(pictures)),
    facts: Object.assign({}, ...all.map(({ facts }) => facts), environmentFacts(environment)),
  };
}

/** Verdict, runs and summary of the icons, and those of the emoji under `emoji`. */
function resultsOf(halves: ReadonlyMap<HalfName, Half>, environment: Environment): object {
  const emoji = halves.get('emoji')?.results;
  return { environment, ...halves.get('icons')?.results, ...(emoji && { emoji }) };
}
