/** `unseen split`: draws or names unseen classes and writes which rows train, which are asked and which are searched. */
import type { Command } from 'commander';
import { makeSplit, saveSplit } from '../data/index.ts';
import { addCommand, perform } from './command.ts';
import { DATA_HELP, openData } from './data.ts';
import { integer, MAX_SEED } from './options.ts';
import { checkOutput } from './outputs.ts';
import { addSplitOptions, budgetText, type SplitFlags, splitOptions } from './split-options.ts';

interface SplitOptions extends SplitFlags {
  readonly data: string;
  readonly seed: number;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addSplit(program: Command): void {
  const command = addCommand(
    program,
    'split',
    'write which rows train, which are the pool, which are asked and searched',
    [
      'split --data icons --unseen 24 --seed 0 --out split.json',
      'split --data photos/ --unseen zebra,whale --out split.json',
      'split --data emoji --unseen 30% --label-share 10% --out split.json',
      'split --data cub/ --unseen split:cub-150-50 --out split.json',
    ],
  ).requiredOption('--data <dir>', DATA_HELP);
  addSplitOptions(command)
    .option('--seed <n>', 'draws classes and rows', integer(0, MAX_SEED), 0)
    .requiredOption('--out <file>', 'where to write the split')
    .option('--force', 'replace an existing file')
    .action((options: SplitOptions) =>
      perform(options.json, async (call) => {
        const { protocol, seed, out } = options;
        await checkOutput(out, options.force);
        const data = await openData(options.data, call);
        const split = makeSplit(data, { ...splitOptions(options), seed });
        await saveSplit(split, out);
        const counts = {
          train: split.train.length,
          pool: split.pool.length,
          query: split.query.length,
          database: split.database.length,
        };
        const budget = budgetText(split);
        const { labelled, labelSpaces, unseenFrom } = split;
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
            ...(unseenFrom !== undefined && { unseenFrom }),
            ...(labelled && { labelled: labelled.length }),
            ...(labelSpaces && {
              labelSpaces: { image: names(labelSpaces.image), text: names(labelSpaces.text) },
            }),
          },
          text: [
            `${out}: ${protocol}, seed ${seed}, ${split.hash.slice(0, 12)}`,
            `classes  ${split.seen.length} seen, ${split.unseen.length} unseen${unseenFrom === undefined ? '' : ` (${unseenFrom})`}${split.unseen.length > 0 ? `: ${names(split.unseen).join(', ')}` : ''}`,
            `rows     ${Object.entries(counts)
              .map(([side, n]) => `${n} ${side}`)
              .join(', ')}`,
            ...(budget ? [`readable ${budget}`] : []),
          ].join('\n'),
        };
      }),
    );
}
