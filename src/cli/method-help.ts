/** The list of methods in the help of the commands that take some; they are loaded only when help is asked for. */
import type { Command } from 'commander';

const COMMANDS = ['train', 'compare', 'tune'];
const HELP = ['-h', '--help'];

/** Call it before parsing: `argv` says whether such help will be printed. */
export async function addMethodHelp(program: Command, argv: readonly string[]): Promise<void> {
  const name = argv[0] === 'help' ? argv[1] : argv[0];
  const asked = argv[0] === 'help' || argv.some((word) => HELP.includes(word));
  const command = program.commands.find((one) => one.name() === name && COMMANDS.includes(one.name()));
  if (!command || !asked) return;
  const { METHODS } = await import('../methods/index.ts');
  const width = Math.max(...Object.keys(METHODS).map((method) => method.length)) + 1;
  const lines = (crossModal: boolean): string =>
    Object.entries(METHODS)
      .filter(([, { modalities }]) => modalities.includes('text') === crossModal)
      .map(([method, { description }]) => `  ${method.padEnd(width)} ${description}`)
      .join('\n');
  command.addHelpText(
    'after',
    `\nMethods that encode pictures:\n${lines(false)}\n\nMethods that encode pictures and texts:\n${lines(true)}`,
  );
}
