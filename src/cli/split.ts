/** `unseen split`: draws or names unseen classes and writes which rows train, which are asked and which are searched. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { makeSplit, PROTOCOLS, type Protocol, saveSplit } from '../data/index.ts';
import { addCommand, perform } from './command.ts';
import { openData } from './data.ts';
import { integer, MAX_SEED, unseenClasses } from './options.ts';
import { checkOutput } from './outputs.ts';

interface SplitOptions {
  readonly data: string;
  readonly protocol: Protocol;
  readonly seed: number;
  readonly unseen?: number | string[];
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addSplit(program: Command): void {
  addCommand(program, 'split', 'write which rows train, which are the pool, which are asked and searched', [
    'split --data icons --unseen 24 --seed 0 --out split.json',
    'split --data photos/ --unseen zebra,whale --out split.json',
  ])
    .requiredOption('--data <dir>', 'dataset folder, or icons')
    .addOption(
      new Option('--protocol <name>', 'who may see what').choices(PROTOCOLS).default('zero-shot' as const),
    )
    .option('--seed <n>', 'draws classes and rows', integer(0, MAX_SEED), 0)
    .option('--unseen <n|names>', 'how many classes get no labels, or which (a,b,c)', unseenClasses)
    .requiredOption('--out <file>', 'where to write the split')
    .option('--force', 'replace an existing file')
    .action((options: SplitOptions) =>
      perform(options.json, async (call) => {
        const { protocol, seed, unseen, out } = options;
        await checkOutput(out, options.force);
        const data = await openData(options.data, call);
        const split = makeSplit(data, { protocol, seed, ...(unseen !== undefined && { unseen }) });
        await saveSplit(split, out);
        const counts = {
          train: split.train.length,
          pool: split.pool.length,
          query: split.query.length,
          database: split.database.length,
        };
        const names = (classes: readonly number[]): string[] => classes.map((label) => data.classes[label]!);
        return {
          json: {
            file: out,
            hash: split.hash,
            protocol,
            seed,
            dataset: data.name,
            rows: counts,
            unseen: names(split.unseen),
          },
          text: [
            `${out}: ${protocol}, seed ${seed}, ${split.hash.slice(0, 12)}`,
            `classes  ${split.seen.length} seen, ${split.unseen.length} unseen${split.unseen.length > 0 ? `: ${names(split.unseen).join(', ')}` : ''}`,
            `rows     ${Object.entries(counts)
              .map(([side, n]) => `${n} ${side}`)
              .join(', ')}`,
          ].join('\n'),
        };
      }),
    );
}
