/** `unseen tokens`: the file that says who may use a service, and for what. It holds hashes, never a token. */
import { chmod } from 'node:fs/promises';
import type { Command } from 'commander';
import { exists, writeFileAtomic } from '../data/files.ts';
import { UnseenError } from '../errors.ts';
import { textTable } from '../report/table.ts';
import type { TokenEntry } from '../service/index.ts';
import { addCommand, perform } from './command.ts';
import { list, oneOf } from './options.ts';

const SCOPES = ['read', 'write', 'admin'] as const;
/** Nobody else's business, though hashes of 256 random bits tell nothing. */
const OWNER_ONLY = 0o600;

interface AddOptions {
  readonly name: string;
  readonly scope: (typeof SCOPES)[number][];
  readonly collections?: string[];
  readonly json?: boolean;
}

const FILE_HELP = 'file of tokens, for serve --tokens';
const RESTART = 'A running service reads the file when it starts.';

export function addTokens(program: Command): void {
  const tokens = program.command('tokens').description('who may use a service: make, list and remove tokens');
  addAdd(tokens);
  addList(tokens);
  addRemove(tokens);
}

function addAdd(tokens: Command): void {
  addCommand(tokens, 'add', 'make a token: it is printed once, and kept as a hash', [
    'tokens add tokens.json --name shop --scope read',
    'tokens add tokens.json --name importer --scope read,write --collections photos',
  ])
    .argument('<file>', `${FILE_HELP}; made if it is not there`)
    .requiredOption('--name <name>', 'of the token, for people and logs')
    .requiredOption('--scope <a,b>', `what it allows, each by itself: ${SCOPES.join(', ')}`, oneOf(SCOPES))
    .option('--collections <a,b>', 'only these collections (default: all)', list)
    .addHelpText('after', `\n${RESTART}`)
    .action((file: string, { name, scope: scopes, collections, json }: AddOptions) =>
      perform(json, async () => {
        const { makeToken } = await import('../service/index.ts');
        const kept = (await exists(file)) ? await entriesOf(file) : [];
        if (kept.some((entry) => entry.name === name)) {
          const reason = `is taken in ${file}: remove that token, or choose another name`;
          throw new UnseenError('ARGUMENT_INVALID', { name: 'name', reason, received: name });
        }
        const { token, entry } = makeToken({ name, scopes, ...(collections && { collections }) });
        await save(file, [...kept, entry]);
        return {
          json: { file, name, scopes, ...(collections && { collections }), token },
          text: `${token}\nKeep it now: ${file} has its hash only. Send it as "Authorization: Bearer …". ${RESTART}`,
        };
      }),
    );
}

function addList(tokens: Command): void {
  addCommand(tokens, 'list', 'the tokens of a file, without the tokens', ['tokens list tokens.json'])
    .argument('<file>', FILE_HELP)
    .action((file: string, { json }: { readonly json?: boolean }) =>
      perform(json, async () => {
        const entries = await entriesOf(file);
        const columns = ['name', 'scopes', 'collections'].map((title) => ({ title, align: 'left' as const }));
        const rows = entries.map(({ name, scopes, collections }) => [
          name,
          scopes.join(', '),
          collections?.join(', ') ?? 'all',
        ]);
        return {
          json: { file, tokens: entries.map(({ sha256: _, ...shown }) => shown) },
          text: entries.length > 0 ? textTable(columns, rows) : `${file}: no tokens`,
        };
      }),
    );
}

function addRemove(tokens: Command): void {
  addCommand(tokens, 'remove', 'take a token back', ['tokens remove tokens.json shop'])
    .argument('<file>', FILE_HELP)
    .argument('<name>', 'of the token')
    .addHelpText('after', `\n${RESTART}`)
    .action((file: string, name: string, { json }: { readonly json?: boolean }) =>
      perform(json, async () => {
        const kept = await entriesOf(file);
        const left = kept.filter((entry) => entry.name !== name);
        if (left.length === kept.length) {
          const reason = `must be one of ${kept.map((entry) => entry.name).join(', ') || 'none'}`;
          throw new UnseenError('ARGUMENT_INVALID', { name: 'name', reason, received: name });
        }
        await save(file, left);
        return {
          json: { file, removed: name, left: left.length },
          text: `${file}: "${name}" is gone. ${RESTART}`,
        };
      }),
    );
}

async function entriesOf(file: string): Promise<readonly TokenEntry[]> {
  const { readTokens } = await import('../service/index.ts');
  return readTokens(file);
}

async function save(file: string, tokens: readonly TokenEntry[]): Promise<void> {
  const { TOKENS_FORMAT } = await import('../service/index.ts');
  await writeFileAtomic(file, [`${JSON.stringify({ format: TOKENS_FORMAT, tokens }, null, 2)}\n`]);
  await chmod(file, OWNER_ONLY);
}
