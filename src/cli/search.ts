/** `unseen search`: the nearest codes to a stored row, a code, a picture, or a text. */
import type { Command } from 'commander';
import { Codes } from '../codes/index.ts';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { textTable } from '../report/table.ts';
import { type CodeFacts, loadCodes } from './code-file.ts';
import { addCommand, perform } from './command.ts';
import { integer } from './options.ts';
import type { Progress } from './progress.ts';

interface SearchOptions {
  readonly codes: string;
  readonly item?: string;
  readonly code?: string;
  readonly image?: string;
  readonly text?: string;
  readonly model?: string;
  readonly k?: number;
  readonly radius?: number;
  readonly json?: boolean;
}

export function addSearch(program: Command): void {
  addCommand(program, 'search', 'find the nearest codes', [
    'search --codes codes.npy --item 12 -k 5',
    'search --codes codes.npy --image cat.jpg --model model/',
    'search --codes codes.npy --text "a striped animal" --model model/',
    'search --codes codes.npy --code 00ff13a07755e1c2 --radius 8',
  ])
    .requiredOption('--codes <file>', '.npy of unseen encode')
    .option('--item <row|name>', 'ask with a row of the codes')
    .option('--code <hex>', 'ask with a code, two hexadecimal digits a byte')
    .option('--image <file>', 'ask with a picture; needs --model')
    .option('--text <words>', 'ask with a text; needs --model')
    .option('--model <dir>', 'the model that made the codes')
    .option('-k <n>', 'at most so many hits (default: 10, or all with --radius)', integer(1, 1_000_000))
    .option('--radius <r>', 'only hits at most so many bits away', integer(0, 4096))
    .action((options: SearchOptions) =>
      perform(options.json, async ({ signal, progress }) => {
        checkQuery(options);
        const { LinearIndex } = await import('../search/index.ts');
        const { codes, facts } = await loadCodes(options.codes);
        const { query, modality, unknownWords } = await queryOf(options, codes, facts, progress);
        const { k, radius } = options;
        const bounds = { ...(k !== undefined && { k }), ...(radius !== undefined && { radius }) };
        const [found] = await LinearIndex.from(codes).search(query, { ...bounds, signal });
        const hits = found!.map(({ row, distance }) => ({
          row,
          distance,
          name: facts?.names[row] ?? `row ${row}`,
          ...(facts?.datasetRows && { datasetRow: facts.datasetRows[row]! }),
        }));
        const rows = hits.map(({ row, distance, name }) => [`${distance}`, `${row}`, name]);
        const columns = [{ title: 'distance' }, { title: 'row' }, { title: 'name', align: 'left' as const }];
        return {
          json: {
            codes: options.codes,
            bits: codes.bits,
            rows: codes.count,
            ...(facts && modality && { task: `${modality}->${facts.modality}` }),
            query: query.toHex(0),
            ...(unknownWords !== undefined && { unknownWords }),
            hits,
          },
          text: hits.length > 0 ? textTable(columns, rows) : `no code within ${radius} bits`,
        };
      }),
    );
}

/** What can be refused without reading a file. */
function checkQuery({ item, code, image, text, model }: SearchOptions): void {
  const given = [item, code, image, text].filter((one) => one !== undefined).length;
  const wrong = (name: string, reason: string, received: unknown) =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (given !== 1) throw wrong('query', 'give one of --item, --code, --image and --text', given);
  const raw = image ?? text;
  if (raw !== undefined && model === undefined)
    throw wrong('model', 'must be given with --image and --text', 'nothing');
  if (raw === undefined && model !== undefined)
    throw wrong('model', 'is used with --image and --text only', model);
}

interface Query {
  readonly query: Codes;
  /** Unknown of a code alone. */
  readonly modality?: ModalityName | undefined;
  /** Of a text: whether the model knows none of its words. */
  readonly unknownWords?: boolean;
}

async function queryOf(
  options: SearchOptions,
  codes: Codes,
  facts: CodeFacts | undefined,
  progress: Progress,
): Promise<Query> {
  const { code, item, text } = options;
  if (code !== undefined) return { query: Codes.fromHex([code], { bits: codes.bits }) };
  if (item !== undefined) {
    const row = /^\d+$/.test(item) ? Number(item) : (facts?.names.indexOf(item) ?? -1);
    if (row < 0 || row >= codes.count) {
      const reason = `must be a row from 0 to ${codes.count - 1}, or a name in ${options.codes}.json`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'item', reason, received: item });
    }
    return { query: codes.take([row]), modality: facts?.modality };
  }
  const { Model } = await import('../model/index.ts');
  const { countUnknown, requireEncoder } = await import('./encoders.ts');
  const model = await Model.load(options.model!);
  if (facts && facts.model !== model.fingerprint) {
    throw new UnseenError('CODES_OTHER_MODEL', {
      file: options.codes,
      expected: facts.model.slice(0, 12),
      received: model.fingerprint.slice(0, 12),
    });
  }
  const modality = text === undefined ? 'image' : 'text';
  await requireEncoder(model, options.model!, modality);
  const query = await model.encode(modality, [text ?? options.image!]);
  const unknown = text === undefined ? {} : { unknownWords: countUnknown(model, [text], progress) > 0 };
  await model.dispose();
  return { query, modality, ...unknown };
}
