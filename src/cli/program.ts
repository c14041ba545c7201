/** The program: its commands, and what a run of it returns. */
import { Command, CommanderError } from 'commander';
import { UNSEEN_VERSION } from '../model/version.ts';
import { addBench } from './bench.ts';
import { addCodes } from './codes.ts';
import { addCollection } from './collection.ts';
import { PartialResult, quietErrors } from './command.ts';
import { addCompare } from './compare.ts';
import { addDemo } from './demo.ts';
import { addEncode } from './encode.ts';
import { addEvaluate } from './evaluate.ts';
import { addExportSite } from './export-site.ts';
import { failureJson, failureText, toUnseenError } from './failure.ts';
import { addImport } from './import.ts';
import { addMethodHelp } from './method-help.ts';
import { addSearch } from './search.ts';
import { addServe } from './serve.ts';
import { addSplit } from './split.ts';
import { addTokens } from './tokens.ts';
import { addTrain } from './train.ts';
import { addTune } from './tune.ts';

function buildProgram(): Command {
  const program = quietErrors(new Command('unseen'))
    .description(
      'Zero-shot hashing: images and texts as short binary codes that find the right things even for classes that nobody labelled.',
    )
    .version(UNSEEN_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText(
      'after',
      '\nResults go to stdout, progress and messages to stderr. `--data icons` and `--data emoji` are sets that come with the package.' +
        '\nExit codes: 0 done, 1 the work failed, 2 the call or the input is wrong.' +
        '\n\nExamples:\n  $ unseen demo\n  $ unseen train --help',
    );
  for (const add of [
    addDemo,
    addImport,
    addSplit,
    addTrain,
    addEncode,
    addSearch,
    addCodes,
    addCollection,
    addServe,
    addTokens,
    addEvaluate,
    addCompare,
    addTune,
    addExportSite,
    addBench,
  ])
    add(program);
  return program;
}

/** Runs one command line (without `node` and the script) and returns the exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = buildProgram();
  try {
    await addMethodHelp(program, argv);
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (thrown) {
    // Help and version end by throwing, too. Help that nobody asked for, for want of a command, has exit code 1.
    if (thrown instanceof CommanderError && /^commander\.(help|version)/.test(thrown.code)) {
      return thrown.exitCode === 0 ? 0 : 2;
    }
    if (thrown instanceof PartialResult) {
      process.stderr.write(`${failureText(thrown.failure)}\n`);
      return thrown.failure.exit;
    }
    const known = program.commands.find((command) => command.name() === argv[0]);
    const error = toUnseenError(thrown, known ? `unseen ${known.name()}` : 'unseen');
    process.stderr.write(`${failureText(error)}\n`);
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(failureJson(error), null, 2)}\n`);
    return error.exit;
  }
}
