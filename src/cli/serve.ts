/** `unseen serve`: collections over HTTP, with the page, until Ctrl-C. */
import { type Command, Option } from 'commander';
import { addCommand, type Call, perform, type Result } from './command.ts';
import { collect, integer } from './options.ts';
import { openServed, type ServeOptions } from './serve-open.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'];

export function addServe(program: Command): void {
  addCommand(program, 'serve', 'serve collections over HTTP, with a page to search them', [
    'serve --collection photos.collection --model model/',
    'serve --root data/ --host 0.0.0.0 --port 8080 --tokens tokens.json',
  ])
    .option('--collection <dir>', 'a collection to serve, repeatable', collect)
    .option('--model <dir>', 'a model for its texts and pictures, repeatable', collect)
    .option(
      '--root <dir>',
      'serve collections/ and models/ in it, and let admins make and remove collections there',
    )
    .option('--host <address>', 'other than this machine needs --tokens', '127.0.0.1')
    .option('--port <n>', '0 takes a free one', integer(0, 65_535), 8080)
    .option(
      '--tokens <file>',
      'who may do what, made by "unseen tokens" (default: anybody on this machine, all)',
    )
    .option('--report <dir>', 'the report of an evaluation, shown at /report/')
    .option('--threads <n>', 'of one search', integer(1, 256), 1)
    .option(
      '--workers <n>',
      'threads of every model; 0 encodes in the thread that answers',
      integer(0, 256),
      1,
    )
    .addOption(
      new Option('--log <level>', 'JSON lines on stderr (default: warn on a terminal, else info)').choices(
        LOG_LEVELS,
      ),
    )
    .action((options: ServeOptions & { readonly json?: boolean }) =>
      perform(options.json, (call) => serve(options, call)),
    );
}

/** The address is printed when requests are answered; then it goes on until it is asked to stop. */
async function serve(options: ServeOptions, { signal, progress }: Call): Promise<Result> {
  const served = await openServed(options);
  try {
    const { host, port } = options;
    const url = await served.service.listen({ host, port });
    const { collections, models } = served;
    const what = [...collections, ...(options.root === undefined ? [] : [`what is in ${options.root}`])];
    return {
      json: { url, collections, models, ...(options.root !== undefined && { root: options.root }) },
      text: `Serving ${what.join(', ')} at ${url} (Ctrl-C to stop)`,
      async afterwards() {
        // Beside the handler of every command, which goes with the first signal: the second one ends the process here.
        let asked = signal.aborted;
        const again = (): void => {
          if (asked) process.exit(1);
          asked = true;
        };
        for (const name of SIGNALS) process.on(name, again);
        if (!signal.aborted)
          await new Promise((stop) => signal.addEventListener('abort', stop, { once: true }));
        await served.close();
        for (const name of SIGNALS) process.off(name, again);
        progress.line('Stopped: what was acknowledged is on the disk.');
      },
    };
  } catch (error) {
    await served.close();
    throw error;
  }
}
