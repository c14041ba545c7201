/** What all commands share: how one is declared, what its work is given, and how its result is printed. */
import type { Command } from 'commander';
import type { UnseenError } from '../errors.ts';
import { listenForInterrupt } from './interrupt.ts';
import { openProgress, type Progress } from './progress.ts';

/** What a command's work is given besides its options. */
export interface Call {
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface Result {
  /** Printed under `--json`: one document. */
  readonly json: unknown;
  /** Printed otherwise. */
  readonly text: string;
  /** The result is only a part, and why: printed on stderr after it, and the run's exit status. */
  readonly failure?: UnseenError;
  /** Runs after the result is printed: the demo's service. */
  readonly afterwards?: () => Promise<void>;
}

/** Thrown when stdout already has its document. */
export class PartialResult extends Error {
  readonly failure: UnseenError;

  constructor(failure: UnseenError) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Adds `unseen <usage>` with `--json`, its examples after the help, and errors that are thrown instead of printed. */
export function addCommand(
  parent: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
): Command {
  const shown = examples.map((example) => `  $ unseen ${example}`).join('\n');
  const command = parent
    .command(usage)
    .description(summary)
    .option('--json', 'print the result as one JSON document on stdout')
    .addHelpText('after', `\nExamples:\n${shown}`);
  return quietErrors(command);
}

/** Errors are thrown and printed in one place; subcommands inherit nothing of this when made by hand. */
export function quietErrors(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => {} });
}

/** Runs the work between a progress bar and a Ctrl-C handler, and prints what it returns. */
export async function perform(
  json: boolean | undefined,
  work: (call: Call) => Promise<Result>,
): Promise<void> {
  const progress = openProgress();
  const interrupt = listenForInterrupt((text) => progress.line(text));
  try {
    const result = await work({ signal: interrupt.signal, progress });
    progress.stop();
    process.stdout.write(`${json ? JSON.stringify(result.json, null, 2) : result.text}\n`);
    if (result.failure) throw new PartialResult(result.failure);
    await result.afterwards?.();
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}
