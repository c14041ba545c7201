/** Which classes are unseen and whose labels may be read: options of `split` and `compare`, and their words. */
import { type Command, Option } from 'commander';
import { PROTOCOLS, type Protocol, type Split, STANDARD_SPLITS, type UnseenClasses } from '../data/index.ts';
import { quoted } from '../report/quoted.ts';
import { share, unseenClasses } from './options.ts';

export interface SplitFlags {
  readonly protocol: Protocol;
  readonly unseen?: UnseenClasses;
  readonly labelShare?: number;
  readonly labelSpaces?: 'shared' | 'disjoint';
}

const NAMED = STANDARD_SPLITS.map(({ name, describe }) => `  ${`split:${name}`.padEnd(26)} ${describe}`).join(
  '\n',
);

export const addSplitOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--protocol <name>', 'who may see what').choices(PROTOCOLS).default('zero-shot' as const),
    )
    .option(
      '--unseen <n|share|names|split:name>',
      'how many classes get no labels, what share (30%), which (a,b,c), or those of a split by name',
      unseenClasses,
    )
    .option('--label-share <share>', 'share of the training labels that may be read (default: all)', share)
    .addOption(
      new Option(
        '--label-spaces <kind>',
        'disjoint: pictures are labelled over one half of the seen classes, texts over the other',
      ).choices(['shared', 'disjoint']),
    )
    .addHelpText('after', `\nSplits by name, besides those that a dataset brings:\n${NAMED}`);

/** Those that were given, as `makeSplit` and `compare` take them. */
export const splitOptions = ({ protocol, unseen, labelShare, labelSpaces }: SplitFlags): SplitFlags => ({
  protocol,
  ...(unseen !== undefined && { unseen }),
  ...(labelShare !== undefined && { labelShare }),
  ...(labelSpaces !== undefined && { labelSpaces }),
});

/** The same as words of a command line, the protocol left out. */
export function splitWords({ unseen, labelShare, labelSpaces }: SplitFlags): string[] {
  return [
    ...(unseen === undefined ? [] : [`--unseen ${quoted(unseenText(unseen))}`]),
    ...(labelShare === undefined ? [] : [`--label-share ${labelShare}`]),
    ...(labelSpaces === undefined ? [] : [`--label-spaces ${labelSpaces}`]),
  ];
}

function unseenText(unseen: UnseenClasses): string {
  if (typeof unseen === 'number') return `${unseen}`;
  if ('share' in unseen) return `${Number((100 * unseen.share).toFixed(6))}%`;
  return 'split' in unseen ? `split:${unseen.split}` : unseen.join(',');
}

/** `the labels of 12 of 120 training rows, of pictures over 28 classes and of texts over 28 others`; nothing for all. */
export function budgetText({ labelled, labelSpaces, train }: Split): string | undefined {
  if (!labelled && !labelSpaces) return undefined;
  const rows = labelled ? `${labelled.length} of ${train.length} training rows` : 'all training rows';
  const spaces = labelSpaces
    ? `, of pictures over ${labelSpaces.image.length} classes and of texts over ${labelSpaces.text.length} others`
    : '';
  return `the labels of ${rows}${spaces}`;
}
