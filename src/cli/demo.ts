/** `unseen demo`: the whole road on the bundled icons and emoji, and a page to try it. */
import { type Command, Option } from 'commander';
import { addCommand, perform } from './command.ts';
import { HALVES } from './demo/half.ts';
import type { DemoOptions } from './demo/run.ts';
import { integer, integers, MAX_SEED } from './options.ts';

export function addDemo(program: Command): void {
  addCommand(
    program,
    'demo',
    'train on the bundled icons and emoji, compare, write a report and serve a page that searches',
    ['demo', 'demo --only emoji', 'demo --no-serve --seeds 0 --out /tmp/demo'],
  )
    .addOption(
      new Option(
        '--only <half>',
        'icons: pictures of families without labels; emoji: pictures found by words',
      ).choices(HALVES),
    )
    .option('--no-serve', 'stop when the report is written')
    .option('--out <dir>', 'folder of the report; a report that is there is replaced', 'demo-output')
    .option(
      '--seeds <a,b>',
      'draws of the unseen classes; the emoji take the first',
      integers(0, MAX_SEED),
      [0, 1, 2],
    )
    .option('--port <n>', 'port of the page on 127.0.0.1; 0 takes a free one', integer(0, 65535), 0)
    .action((options: DemoOptions & { readonly json?: boolean }) =>
      perform(options.json, async (call) => {
        const { demo } = await import('./demo/run.ts');
        return demo(options, call);
      }),
    );
}
