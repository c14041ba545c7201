/** `unseen search`: the nearest codes to a stored row, a code, or a picture. */
import type { Command } from 'commander';
import { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { textTable } from '../report/table.ts';
import { type CodeFacts, loadCodes } from './code-file.ts';
import { addCommand, perform } from './command.ts';
import { integer } from './options.ts';

interface SearchOptions {
  readonly codes: string;
  readonly item?: string;
  readonly code?: string;
  readonly image?: string;
  readonly model?: string;
  readonly k?: number;
  readonly radius?: number;
  readonly json?: boolean;
}

export function addSearch(program: Command): void {
  addCommand(program, 'search', 'find the nearest codes', [
    'search --codes codes.npy --item 12 -k 5',
    'search --codes codes.npy --image cat.jpg --model model/',
    'search --codes codes.npy --code 00ff13a07755e1c2 --radius 8',
  ])
    .requiredOption('--codes <file>', '.npy of unseen encode')
    .option('--item <row|name>', 'ask with a row of the codes')
    .option('--code <hex>', 'ask with a code, two hexadecimal digits a byte')
    .option('--image <file>', 'ask with a picture; needs --model')
    .option('--model <dir>', 'the model that made the codes')
    .option('-k <n>', 'at most so many hits (default: 10, or all with --radius)', integer(1, 1_000_000))
    .option('--radius <r>', 'only hits at most so many bits away', integer(0, 4096))
    .action((options: SearchOptions) =>
      perform(options.json, async ({ signal }) => {
        checkQuery(options);
        const { LinearIndex } = await import('../search/index.ts');
        const { codes, facts } = await loadCodes(options.codes);
        const query = await queryOf(options, codes, facts);
        const { k, radius } = options;
        const bounds = { ...(k !== undefined && { k }), ...(radius !== undefined && { radius }) };
        const [found] = await LinearIndex.from(codes).search(query, { ...bounds, signal });
        const hits = found!.map(({ row, distance }) => ({
          row,
          distance,
          name: facts?.names[row] ?? `row ${row}`,
        }));
        const rows = hits.map(({ row, distance, name }) => [`${distance}`, `${row}`, name]);
        const columns = [{ title: 'distance' }, { title: 'row' }, { title: 'name', align: 'left' as const }];
        return {
          json: { codes: options.codes, bits: codes.bits, rows: codes.count, query: query.toHex(0), hits },
          text: hits.length > 0 ? textTable(columns, rows) : `no code within ${radius} bits`,
        };
      }),
    );
}

/** What can be refused without reading a file. */
function checkQuery({ item, code, image, model }: SearchOptions): void {
  const given = [item, code, image].filter((one) => one !== undefined).length;
  const wrong = (name: string, reason: string, received: unknown) =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (given !== 1) throw wrong('query', 'give one of --item, --code and --image', given);
  if (image !== undefined && model === undefined)
    throw wrong('model', 'must be given with --image', 'nothing');
  if (image === undefined && model !== undefined) throw wrong('model', 'is used with --image only', model);
}

async function queryOf(options: SearchOptions, codes: Codes, facts: CodeFacts | undefined): Promise<Codes> {
  if (options.code !== undefined) return Codes.fromHex([options.code], { bits: codes.bits });
  if (options.item !== undefined) {
    const row = /^\d+$/.test(options.item)
      ? Number(options.item)
      : (facts?.names.indexOf(options.item) ?? -1);
    if (row < 0 || row >= codes.count) {
      const reason = `must be a row from 0 to ${codes.count - 1}, or a name in ${options.codes}.json`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'item', reason, received: options.item });
    }
    return codes.take([row]);
  }
  const { Model } = await import('../model/index.ts');
  const model = await Model.load(options.model!);
  if (facts && facts.model !== model.fingerprint) {
    throw new UnseenError('CODES_OTHER_MODEL', {
      file: options.codes,
      expected: facts.model.slice(0, 12),
      received: model.fingerprint.slice(0, 12),
    });
  }
  const query = await model.encode('image', [options.image!]);
  await model.dispose();
  return query;
}
