/** `unseen collection add`: pictures and texts, encoded in worker threads, and durable when they are counted. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { UnseenError } from '../../errors.ts';
import type { IngestProgress, IngestReport, Keep } from '../../ingest/index.ts';
import { addCommand, type Call, perform } from '../command.ts';
import { timeText } from '../compare-live.ts';
import { integer } from '../options.ts';
import { failuresText } from './failures.ts';
import { openCollectionAt, shown, TARGET_HELP, using } from './open.ts';

interface AddOptions {
  readonly model: string;
  readonly keep: Keep;
  readonly duplicates: 'skip' | 'keep';
  readonly modality?: 'image' | 'text';
  readonly prefix?: string;
  readonly workers?: number;
  readonly batch?: number;
  readonly json?: boolean;
}

export function addAdd(collection: Command): void {
  addCommand(collection, 'add', 'add pictures and texts; what is there already is passed over', [
    'collection add photos.collection photos/ --model model/',
    'collection add photos.collection products.csv more.tar --model model/ --keep original',
    'collection add emoji.collection emoji --model model/ --modality image',
  ])
    .argument('<dir>', TARGET_HELP)
    .argument('<sources...>', 'where the items are, see below')
    .requiredOption('--model <dir>', 'the model of the collection')
    .addOption(
      new Option('--keep <what>', 'of a picture: at most 320 px of it, the original, or none')
        .choices(['small', 'original', 'none'])
        .default('small'),
    )
    .addOption(
      new Option('--duplicates <what>', 'what becomes of an item with the content of another')
        .choices(['skip', 'keep'])
        .default('skip'),
    )
    .addOption(
      new Option('--modality <name>', 'codes of pictures or of texts only (default: of both)').choices([
        'image',
        'text',
      ]),
    )
    .option('--prefix <text>', 'put before every id, to tell sources apart that use the same names')
    .option('--workers <n>', 'threads that decode and encode (default: one a core)', integer(1, 256))
    .option('--batch <n>', 'items that become durable together (default: 64)', integer(1, 10_000))
    .addHelpText(
      'after',
      '\nA source is a folder of pictures (the first folder inside is the class), picture files, a .tar of pictures,\n' +
        'a .csv or .jsonl file (id, file, text, class; other columns go to the payload), a dataset folder, icons or emoji.\n' +
        'Stopped half-way, the same command goes on. Bad items are listed and left out.',
    )
    .action((target: string, sources: string[], options: AddOptions) =>
      perform(options.json, async (call) => {
        const report = await addItems(target, sources, options, call);
        const failure = failureOf(report);
        return {
          json: { collection: shown(target), ...report, failed: report.failed },
          text: reportText(target, report),
          ...(failure && { failure }),
        };
      }),
    );
}

type Added = IngestReport & { readonly items: number; readonly seconds: number };

async function addItems(
  target: string,
  sources: readonly string[],
  options: AddOptions,
  { signal, progress }: Call,
): Promise<Added> {
  const { ingest, openEncoderPool, openItems } = await import('../../ingest/index.ts');
  return using(await openCollectionAt(target), async (collection) => {
    const { prefix, keep, duplicates, modality, batch, workers = availableParallelism() } = options;
    const items = await openItems(sources, {
      ...(prefix !== undefined && { prefix }),
      signal,
      onDrawing: (name, share) => progress.update(`drawing ${name}`, share),
    });
    return using(await openEncoderPool(options.model, { workers }), async (pool) => {
      const start = performance.now();
      const report = await ingest(collection, pool, items, {
        keep,
        duplicates,
        ...(modality && { modality }),
        ...(batch !== undefined && { batch }),
        signal,
        onProgress: (state) => progress.update(progressText(state), state.done / (state.total || state.done)),
      });
      const seconds = (performance.now() - start) / 1000;
      return { ...report, items: await collection.count(), seconds };
    });
  });
}

function progressText({ done, total, rate, secondsLeft }: IngestProgress): string {
  const left = secondsLeft === undefined ? '' : `, ${timeText(secondsLeft)} left`;
  return `adding: ${done}${total === undefined ? '' : ` of ${total}`}, ${Math.round(rate)} items/s${left}`;
}

function reportText(target: string, { added, unchanged, duplicates, failed, items, seconds }: Added): string {
  const parts = [
    `${added} added`,
    ...(unchanged > 0 ? [`${unchanged} were there already`] : []),
    ...(duplicates > 0 ? [`${duplicates} have the content of another and were skipped`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ];
  const rate = added > 0 ? `, ${Math.round(added / seconds)} a second` : '';
  return [
    `${shown(target)}: ${parts.join(', ')}${rate}; it holds ${items} items`,
    ...failuresText(failed),
  ].join('\n');
}

/** Some bad items among good ones are the source's matter, and no failure of the command. */
function failureOf({ added, unchanged, duplicates, failed, aborted }: IngestReport): UnseenError | undefined {
  if (aborted) {
    const kept = `${added} items were added and stay. The same command goes on from there.`;
    return new UnseenError('ABORTED', { during: 'adding', kept });
  }
  if (failed.length === 0 || added + unchanged + duplicates > 0) return undefined;
  return new UnseenError('ITEMS_FAILED', { total: failed.length, first: failed[0]!.message });
}
