/** `unseen codes knn-graph`: the nearest neighbours of every code, as a file of edges. */
import type { Command } from 'commander';
import { writeNpy } from '../../data/index.ts';
import type { KnnGraph } from '../../search/index.ts';
import { addCommand, perform } from '../command.ts';
import { integer } from '../options.ts';
import { checkOutput } from '../outputs.ts';
import { endingOf, writeLines } from './lines.ts';
import { openRows, type RowNames } from './open.ts';
import { CODES_HELP, liveRows } from './read.ts';

interface GraphOptions {
  readonly codes: string;
  readonly k?: number;
  readonly radius?: number;
  readonly out: string;
  readonly threads?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addKnnGraph(codes: Command): void {
  addCommand(codes, 'knn-graph', 'write the nearest neighbours of every code', [
    'codes knn-graph --codes codes.npy -k 10 --out graph.npy',
    'codes knn-graph --codes codes.npy --radius 4 --out graph.jsonl',
  ])
    .requiredOption('--codes <file>', CODES_HELP)
    .option('-k <n>', 'neighbours a code (default: 10, or all with --radius)', integer(1, 1_000_000))
    .option('--radius <r>', 'only neighbours at most so many bits away', integer(0, 4096))
    .requiredOption(
      '--out <file>',
      '.npy: uint32 [edges, 3] of row, neighbour, distance; .jsonl: a row a line',
    )
    .option('--threads <n>', 'threads of the search (default: 1)', integer(1, 256))
    .option('--force', 'replace an existing file')
    .action((options: GraphOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        const { k, radius, out } = options;
        const ending = endingOf(out, ['.npy', '.jsonl']);
        await checkOutput(out, options.force);
        const { knnGraph } = await import('../../search/index.ts');
        const { threads = 1 } = options;
        const named = await openRows(options.codes, { threads, signal });
        const source = 'index' in named ? named.index : named.codes;
        const start = performance.now();
        const graph = await knnGraph(source, {
          threads,
          ...(k !== undefined && { k }),
          ...(radius !== undefined && { radius }),
          signal,
          onProgress: ({ done, total }) => progress.update('neighbours', done / total),
        });
        const seconds = (performance.now() - start) / 1000;
        const edges = graph.neighbours.length;
        if (ending === '.npy') await writeNpy(out, edgeList(graph), [edges, 3]);
        else {
          const rows = 'index' in named ? liveRows(named.index) : Array(source.count).keys();
          await writeLines(out, rowLines(graph, rows, named));
        }
        const { bits, count } = source;
        return {
          json: { file: out, codes: options.codes, bits, rows: count, edges, seconds },
          text: `${out}: ${edges} edges from ${count} codes of ${bits} bits, ${seconds.toFixed(1)} s`,
        };
      }),
    );
}

/** `[edges, 3]`: what `scipy.sparse.coo_array((e[:, 2], (e[:, 0], e[:, 1])))` takes. */
function edgeList({ offsets, neighbours, distances }: KnnGraph): Uint32Array {
  const list = new Uint32Array(3 * neighbours.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let edge = offsets[row]!; edge < offsets[row + 1]!; edge++) {
      list[3 * edge] = row;
      list[3 * edge + 1] = neighbours[edge]!;
      list[3 * edge + 2] = distances[edge]!;
    }
  }
  return list;
}

function* rowLines(
  { offsets, neighbours, distances }: KnnGraph,
  rows: Iterable<number>,
  { nameOf }: RowNames,
): Generator<string> {
  for (const row of rows) {
    const near = Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, i) => {
      const edge = offsets[row]! + i;
      return { row: neighbours[edge], distance: distances[edge], name: nameOf(neighbours[edge]!) };
    });
    yield JSON.stringify({ row, name: nameOf(row), neighbours: near });
  }
}
