/** `unseen search`: the nearest to a stored item, a code, a picture, or a text, among codes in a file or in a collection. */
import { type Command, Option } from 'commander';
import { Codes } from '../codes/index.ts';
import { forEachLine } from '../data/files.ts';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { textTable } from '../report/table.ts';
import type {
  HammingIndex,
  Hit,
  Id,
  RankedHit,
  RealCodes,
  SearchOptions as SearchBounds,
} from '../search/index.ts';
import { type NamedIndex, openNamed } from './codes/open.ts';
import { CODES_HELP } from './codes/read.ts';
import { addCommand, perform } from './command.ts';
import { integer } from './options.ts';
import type { Progress } from './progress.ts';

/** Characters of a line of `--allow`. */
const MAX_LINE = 4096;

interface SearchOptions {
  readonly codes?: string;
  readonly collection?: string;
  readonly item?: string;
  readonly code?: string;
  readonly image?: string;
  readonly text?: string;
  readonly model?: string;
  readonly k?: number;
  readonly radius?: number;
  readonly rerank?: number | true;
  readonly allow?: string;
  readonly filter?: string;
  readonly modality?: ModalityName;
  readonly partial?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addSearch(program: Command): void {
  addCommand(program, 'search', 'find the nearest codes, or items of a collection', [
    'search --codes codes.npy --item 12 -k 5',
    'search --codes codes.npy --image cat.jpg --model model/',
    'search --codes codes.npy --text "a striped animal" --model model/ --rerank',
    'search --codes codes.npy --code 00ff13a07755e1c2 --radius 8',
    'search --collection photos.collection --text "a striped animal" --model model/',
    `search --collection photos.collection --item zebra/1.jpg --filter '{"field": "class", "eq": "horse"}'`,
  ])
    .option('--codes <file>', CODES_HELP)
    .option('--collection <dir>', 'search a collection instead')
    .option('--item <row|name|id>', 'ask with a row of the codes, or an item of the collection')
    .option('--code <hex>', 'ask with a code, two hexadecimal digits a byte')
    .option('--image <file>', 'ask with a picture; needs --model')
    .option('--text <words>', 'ask with a text; needs --model')
    .option('--model <dir>', 'the model that made the codes')
    .option('-k <n>', 'at most so many hits (default: 10, or all with --radius)', integer(1, 1_000_000))
    .option('--radius <r>', 'only hits at most so many bits away', integer(0, 4096))
    .option(
      '--rerank [n]',
      'order the n nearest codes by what the model said before the sign (default: 4 k, at least 100); with --image or --text',
      integer(1, 1_000_000),
    )
    .option('--allow <file>', 'only rows that the file lists: a row number or name a line')
    .option('--filter <json>', 'of a collection: only items whose payload matches')
    .addOption(
      new Option('--modality <name>', 'of a collection: codes of pictures or of texts only').choices([
        'image',
        'text',
      ]),
    )
    .option(
      '--partial',
      'of a collection over several servers: what those find that answer, instead of an error',
    )
    .option('--threads <n>', 'of a file of codes: threads of the search (default: 1)', integer(1, 256))
    .action((options: SearchOptions) =>
      perform(options.json, async (call) => {
        const { signal, progress } = call;
        checkQuery(options);
        const { codes, collection } = options;
        if (collection !== undefined) {
          const { searchCollection } = await import('./search-collection.ts');
          return searchCollection({ ...options, collection }, call);
        }
        const named = await openNamed(codes!, { threads: options.threads, signal });
        const { index, facts, nameOf } = named;
        const allow = options.allow === undefined ? undefined : await allowedIds(options.allow, named);
        const query = await queryOf(options, codes!, named, progress);
        const { k, radius } = options;
        const bounds = {
          ...(k !== undefined && { k }),
          ...(radius !== undefined && { radius }),
          ...(allow && { allow }),
          signal,
        };
        const found = await find(index, query, options.rerank, bounds);
        const hits = found.map(({ row, distance, ...more }) => ({
          row,
          distance,
          ...('score' in more && { score: more.score }),
          name: nameOf(row),
          ...(facts?.datasetRows && { datasetRow: facts.datasetRows[row]! }),
        }));
        return {
          json: {
            codes,
            index: index.kind,
            bits: index.bits,
            rows: index.count,
            ...(facts && query.modality && { task: `${query.modality}->${facts.modality}` }),
            query: query.code.toHex(0),
            ...(query.unknownWords !== undefined && { unknownWords: query.unknownWords }),
            hits,
          },
          text: hits.length > 0 ? hitTable(hits) : nothingFound(options),
        };
      }),
    );
}

/** What can be refused without reading a file. */
function checkQuery(options: SearchOptions): void {
  const { item, code, image, text, model, rerank } = options;
  if ((options.codes === undefined) === (options.collection === undefined)) {
    const received = options.codes === undefined ? 'neither' : 'both';
    throw wrong('codes', 'give one of --codes and --collection', received);
  }
  const foreign =
    options.codes === undefined
      ? (['rerank', 'allow', 'threads'] as const)
      : (['filter', 'modality', 'partial'] as const);
  for (const name of foreign) {
    const whose = options.codes === undefined ? '--codes' : '--collection';
    if (options[name] !== undefined) throw wrong(name, `is used with ${whose} only`, options[name]);
  }
  const given = [item, code, image, text].filter((one) => one !== undefined).length;
  if (given !== 1) throw wrong('query', 'give one of --item, --code, --image and --text', given);
  const raw = image ?? text;
  if (raw !== undefined && model === undefined)
    throw wrong('model', 'must be given with --image and --text', 'nothing');
  if (raw === undefined && model !== undefined)
    throw wrong('model', 'is used with --image and --text only', model);
  if (raw === undefined && rerank !== undefined)
    throw wrong('rerank', 'needs --image or --text: a code alone does not say how sure its bits are', rerank);
}

const wrong = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

interface Query {
  readonly code: Codes;
  /** Before the sign: of pictures and texts. */
  readonly values?: RealCodes;
  /** Unknown of a code alone. */
  readonly modality?: ModalityName | undefined;
  /** Of a text: whether the model knows none of its words. */
  readonly unknownWords?: boolean;
}

async function queryOf(
  options: SearchOptions,
  codes: string,
  { index, facts, rowsOf }: NamedIndex,
  progress: Progress,
): Promise<Query> {
  const { code, item, text } = options;
  const { bits } = index;
  if (code !== undefined) return { code: Codes.fromHex([code], { bits }) };
  if (item !== undefined) {
    const row = rowsOf([item]).get(item);
    if (row === undefined) {
      const reason = `must be a row from 0 to ${index.rows - 1}, or a name in ${codes}.json`;
      throw wrong('item', reason, item);
    }
    return { code: index.codes(row, row + 1), modality: facts?.modality };
  }
  const { Model } = await import('../model/index.ts');
  const { countUnknown, requireEncoder } = await import('./encoders.ts');
  const model = await Model.load(options.model!);
  if (facts && facts.model !== model.fingerprint) {
    throw new UnseenError('CODES_OTHER_MODEL', {
      file: codes,
      expected: facts.model.slice(0, 12),
      received: model.fingerprint.slice(0, 12),
    });
  }
  const modality = text === undefined ? 'image' : 'text';
  await requireEncoder(model, options.model!, modality);
  const values = await model.outputs(modality, [text ?? options.image!]);
  const unknown = text === undefined ? {} : { unknownWords: countUnknown(model, [text], progress) > 0 };
  await model.dispose();
  return { code: Codes.fromReal(values.data, { bits: model.bits }), values, modality, ...unknown };
}

/** Ids of the rows that a file lists. */
async function allowedIds(file: string, { index, rowsOf }: NamedIndex): Promise<Id[]> {
  const lines: string[] = [];
  await forEachLine(file, MAX_LINE, (line) => lines.push(line.replace(/\r$/, '')));
  const rows = rowsOf(lines);
  const ids: Id[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const row = rows.get(line);
    if (row === undefined) {
      const reason = 'must be a row number or the name of a row';
      throw new UnseenError('FILE_MALFORMED', { file, where: `line ${i + 1}`, reason, received: line });
    }
    ids.push(index.idOf(row));
  }
  return ids;
}

async function find(
  index: HammingIndex,
  { code, values }: Query,
  candidates: number | true | undefined,
  bounds: SearchBounds,
): Promise<readonly (Hit | RankedHit)[]> {
  if (candidates === undefined || !values) return (await index.search(code, bounds))[0]!;
  const { rerank } = await import('../search/index.ts');
  const options = candidates === true ? bounds : { ...bounds, candidates };
  return (await rerank(index, values, options))[0]!;
}

function hitTable(hits: readonly { row: number; distance: number; score?: number; name: string }[]): string {
  const ranked = hits[0]!.score !== undefined;
  const columns = [
    ...(ranked ? [{ title: 'score' }] : []),
    { title: 'distance' },
    { title: 'row' },
    { title: 'name', align: 'left' as const },
  ];
  const rows = hits.map(({ row, distance, score, name }) => [
    ...(score === undefined ? [] : [score.toPrecision(4)]),
    `${distance}`,
    `${row}`,
    name,
  ]);
  return textTable(columns, rows);
}

const nothingFound = ({ radius, allow }: SearchOptions): string =>
  `no code${radius === undefined ? '' : ` within ${radius} bits`}${allow === undefined ? '' : ` among those of ${allow}`}`;
