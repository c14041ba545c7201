/** `unseen bench search`: exact Hamming search against its rivals. */
import { type Command, Option } from 'commander';
import type { BenchSearchCase, BenchSearchReport } from '../bench/index.ts';
import { BENCH_DATA, type BenchData } from '../bench/search/codes.ts';
import { SEARCH_ENGINES, type SearchEngineName } from '../bench/search/engine.ts';
import type { Environment } from '../evaluate/index.ts';
import { environmentFacts, writeReport } from '../report/folder.ts';
import { searchPlots } from '../report/search-plots.ts';
import { textTable } from '../report/table.ts';
import { addCommand, perform } from './command.ts';
import { integer, integers, oneOf } from './options.ts';
import { checkOutputFolder } from './outputs.ts';

interface Options {
  readonly engines?: SearchEngineName[];
  readonly data?: BenchData[];
  readonly sizes?: number[];
  readonly bits?: number[];
  readonly k?: number[];
  readonly batches?: number[];
  readonly threads?: number[];
  readonly queries?: number;
  readonly real?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** Within a minute on two cores. */
const QUICK = {
  engines: ['linear', 'mih', 'faiss-flat'],
  data: ['random', 'clustered'],
  sizes: [10_000_000],
  quick: true,
} as const;

export function addBenchSearch(bench: Command): void {
  addCommand(bench, 'search', 'exact Hamming search against FAISS and packages of npm', [
    'bench search --quick',
    'bench search --engines linear,mih,faiss-flat --data clustered,real --real data/ --sizes 1000000,100000000',
    'bench search --bits 64,128,256 --k 1,10,100 --threads 1,2 --out search/ --json',
  ])
    .addOption(
      new Option('--engines <a,b>', `${SEARCH_ENGINES.join(', ')} (default: all)`).argParser(
        oneOf(SEARCH_ENGINES),
      ),
    )
    .addOption(
      new Option('--data <a,b>', `${BENCH_DATA.join(', ')} (default: random,clustered)`).argParser(
        oneOf(BENCH_DATA),
      ),
    )
    .option('--sizes <a,b>', 'codes in the database (default: 1000000,10000000)', integers(1000, 1e9))
    .option('--bits <a,b>', 'lengths of codes (default: 64)', integers(8, 4096))
    .option('--k <a,b>', 'neighbours (default: 10)', integers(1, 1000))
    .option('--batches <a,b>', 'queries a call (default: 1,100)', integers(1, 10_000))
    .option('--threads <a,b>', 'threads of a search (default: 1)', integers(1, 256))
    .option('--queries <n>', 'different queries, asked in turn (default: 200)', integer(1, 10_000))
    .option('--real <dir>', 'for real: the folder of tiny-imagenet and cifar10 (default: $UNSEEN_DATA)')
    .option('--out <dir>', 'write results.json, plots (SVG) and a page with them')
    .option('--force', 'replace an existing report')
    .option('--quick', '10 million codes, our indexes and FAISS: within a minute')
    .action((options: Options) =>
      perform(options.json, async ({ signal, progress }) => {
        const { out, force, json: _, ...asked } = options;
        if (out !== undefined) await checkOutputFolder(out, force, 'results.json');
        const { benchSearch } = await import('../bench/index.ts');
        const { describeEnvironment } = await import('../evaluate/index.ts');
        const report = await benchSearch({
          ...(options.quick && QUICK),
          ...asked,
          signal,
          onProgress: (what) => progress.line(what),
        });
        const environment = await describeEnvironment();
        if (out !== undefined) await writePlots(out, report, environment, force ?? false);
        return { json: { environment, ...report }, text: searchText(report) };
      }),
    );
}

function searchText({ cases, rivals, missing, skipped, readBandwidthGBps }: BenchSearchReport): string {
  return [
    searchTable(cases),
    '',
    `One thread reads ${readBandwidthGBps.toFixed(1)} GB/s of memory.`,
    ...new Set(
      rivals.filter(({ simd }) => simd).map(({ version, simd }) => `FAISS ${version} runs at ${simd}.`),
    ),
    ...new Set(cases.filter(({ exact }) => !exact).map(({ engine, setting }) => `${engine}: ${setting}.`)),
    ...skipped.map(
      ({ engine, n, data, bits, because }) =>
        `${engine} has no ${n} ${data} codes of ${bits} bits: ${because}.`,
    ),
    ...missing.map(({ what, install }) => `${what} is not here: ${install}`),
  ].join('\n');
}

const COLUMNS = [
  'codes',
  'bits',
  'k',
  'queries',
  'threads',
  'recall',
  'ms',
  'p99',
  'codes/s built',
  'bytes a code',
];

/** One line a case: the ratio to FAISS first, because it is what carries over to other machines. */
function searchTable(cases: readonly BenchSearchCase[]): string {
  const columns = [
    { title: 'faiss-flat / it' },
    { title: 'engine', align: 'left' as const },
    { title: 'data', align: 'left' as const },
    ...COLUMNS.map((title) => ({ title })),
  ];
  const setting = ({ data, n, bits, k, batch, threads }: BenchSearchCase): string =>
    [data, n, bits, k, batch, threads].join();
  const rows = cases.map((one) => {
    const flat = cases.find((other) => other.engine === 'faiss-flat' && setting(other) === setting(one));
    const { n, bytes } = one;
    return [
      flat ? `${ratio(flat.medianMs / one.medianMs)} ×` : '–',
      one.engine,
      one.data,
      `${n}`,
      `${one.bits}`,
      `${one.k}`,
      `${one.batch}`,
      `${one.threads}`,
      one.recall.toFixed(3),
      milliseconds(one.medianMs),
      milliseconds(one.p99Ms),
      `${(n / one.buildSeconds / 1e6).toPrecision(3)} M`,
      bytes === null ? '–' : (bytes / n).toFixed(1),
    ];
  });
  return textTable(columns, rows);
}

const ratio = (value: number): string => (value < 0.095 ? value.toPrecision(1) : value.toFixed(2));

/** Three digits: from microseconds to minutes. */
const milliseconds = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

async function writePlots(
  folder: string,
  report: BenchSearchReport,
  environment: Environment,
  force: boolean,
): Promise<void> {
  const plots = searchPlots(report.cases, report.readBandwidthGBps);
  const bytes = new TextEncoder();
  const page = {
    title: 'Hamming search',
    summary: [
      'The median time of a call by the number of codes. Engines without a recall are exact, and their answers were compared with each other.',
    ],
    tables: [],
    plots: plots.map(({ svg }) => svg),
    pictures: [],
    facts: environmentFacts(environment),
  };
  const files = Object.fromEntries(plots.map(({ file, svg }) => [file, bytes.encode(svg)]));
  await writeReport(folder, { page, results: { environment, ...report }, files }, { force });
}
