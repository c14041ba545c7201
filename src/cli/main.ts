#!/usr/bin/env node
import { run } from './program.ts';

// `unseen … | head` closes stdout early: that is the reader's choice and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
