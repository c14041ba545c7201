/** `unseen demo`: the whole road on the bundled icons, and a page to try it. */
import type { Command } from 'commander';
import { addCommand, perform } from './command.ts';
import type { DemoOptions } from './demo/run.ts';
import { integer, integers, MAX_SEED } from './options.ts';

export function addDemo(program: Command): void {
  addCommand(program, 'demo', 'train on the bundled icons, compare, write a report and serve it', [
    'demo',
    'demo --no-serve --seeds 0 --out /tmp/demo',
  ])
    .option('--no-serve', 'stop when the report is written')
    .option('--out <dir>', 'folder of the report; a report that is there is replaced', 'demo-output')
    .option('--seeds <a,b>', 'draws of the unseen families', integers(0, MAX_SEED), [0, 1, 2])
    .option('--port <n>', 'port of the page on 127.0.0.1; 0 takes a free one', integer(0, 65535), 0)
    .action((options: DemoOptions & { readonly json?: boolean }) =>
      perform(options.json, async (call) => {
        const { demo } = await import('./demo/run.ts');
        return demo(options, call);
      }),
    );
}
