/** `unseen codes dedup`: groups of codes that lie within a radius, and what could go. */
import { type Command, Option } from 'commander';
import { textTable } from '../../report/table.ts';
import type { DuplicateGroup } from '../../search/index.ts';
import { addCommand, perform } from '../command.ts';
import { integer } from '../options.ts';
import { checkOutput } from '../outputs.ts';
import { endingOf, writeLines } from './lines.ts';
import { openRows, type RowNames } from './open.ts';
import { CODES_HELP } from './read.ts';

interface DedupOptions {
  readonly codes: string;
  readonly radius: number;
  readonly linkage: 'leader' | 'single';
  readonly out?: string;
  readonly threads?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Groups that are listed for people; `--json` and `--out` have all. */
const MOST_SHOWN = 20;

export function addDedup(codes: Command): void {
  addCommand(codes, 'dedup', 'find groups of near-equal codes, and what could go', [
    'codes dedup --codes codes.npy --radius 3',
    'codes dedup --codes codes.npy --radius 3 --out groups.jsonl',
    'codes dedup --codes codes.npy --radius 0 --out to-delete.txt',
  ])
    .requiredOption('--codes <file>', CODES_HELP)
    .requiredOption('--radius <r>', 'duplicates are at most so many bits apart; 0: equal', integer(0, 4096))
    .addOption(
      new Option(
        '--linkage <name>',
        'leader: what lies within the radius of the row that is kept; single: what chains of steps join',
      )
        .choices(['leader', 'single'])
        .default('leader'),
    )
    .option('--out <file>', '.jsonl: a group a line; .txt: what could go, a name a line')
    .option('--threads <n>', 'threads of the search (default: 1)', integer(1, 256))
    .option('--force', 'replace an existing file')
    .action((options: DedupOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { radius, linkage, out } = options;
        const ending = out === undefined ? undefined : endingOf(out, ['.jsonl', '.txt']);
        if (out !== undefined) await checkOutput(out, options.force);
        const { dedup } = await import('../../search/index.ts');
        const { threads = 1 } = options;
        const named = await openRows(options.codes, { threads, signal });
        const source = 'index' in named ? named.index : named.codes;
        const start = performance.now();
        const groups = await dedup(source, {
          radius,
          threads,
          linkage,
          signal,
          onProgress: ({ done, total }) => progress.update('comparing', done / total),
        });
        const seconds = (performance.now() - start) / 1000;
        const duplicates = groups.reduce((sum, group) => sum + group.duplicates.length, 0);
        const { bits, count } = source;
        const shared = {
          codes: options.codes,
          bits,
          rows: count,
          radius,
          linkage,
          groups: groups.length,
          duplicates,
          seconds,
        };
        const summary = `${groups.length} groups, in which ${duplicates} of ${count} codes could go`;
        if (out === undefined) {
          const list = groups.map((group) => groupFacts(group, named));
          return { json: { ...shared, list }, text: `${groupTable(groups, named)}${summary}` };
        }
        await writeLines(out, ending === '.txt' ? namesToGo(groups, named) : groupLines(groups, named));
        return { json: { file: out, ...shared }, text: `${out}: ${summary}` };
      }),
    );
}

const groupFacts = ({ keep, duplicates }: DuplicateGroup, { nameOf }: RowNames): object => ({
  keep: { row: keep.row, name: nameOf(keep.row) },
  duplicates: duplicates.map(({ row, distance }) => ({ row, distance, name: nameOf(row) })),
});

function* groupLines(groups: readonly DuplicateGroup[], named: RowNames): Generator<string> {
  for (const group of groups) yield JSON.stringify(groupFacts(group, named));
}

function* namesToGo(groups: readonly DuplicateGroup[], { nameOf }: RowNames): Generator<string> {
  for (const { duplicates } of groups) for (const { row } of duplicates) yield nameOf(row);
}

function groupTable(groups: readonly DuplicateGroup[], { nameOf }: RowNames): string {
  if (groups.length === 0) return '';
  const columns = [
    { title: 'group' },
    { title: 'distance' },
    { title: 'row' },
    { title: 'name', align: 'left' as const },
  ];
  const rows = groups
    .slice(0, MOST_SHOWN)
    .flatMap(({ keep, duplicates }, i) => [
      [`${i + 1}`, 'kept', `${keep.row}`, nameOf(keep.row)],
      ...duplicates.map(({ row, distance }) => ['', `${distance}`, `${row}`, nameOf(row)]),
    ]);
  const more = groups.length - MOST_SHOWN;
  const rest = more > 0 ? `… and ${more} more groups: --json prints all, --out writes them\n` : '';
  return `${textTable(columns, rows)}\n${rest}\n`;
}
