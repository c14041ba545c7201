/**
 * One process that runs many command lines of the built program, one at a time: to load the program takes longer than most
 * commands do. Asked for `{ words, cwd }`, it answers `{ status, stdout, stderr }`. It ends by itself when whoever asked
 * disconnects, unless a command left something open.
 */
import { run } from '../dist/cli/program.js';

process.on('message', async ({ words, cwd }) => {
  process.chdir(cwd);
  const said = { stdout: '', stderr: '' };
  const restore = ['stdout', 'stderr'].map((name) => {
    const stream = process[name];
    const { write } = stream;
    stream.write = (text, ...rest) => {
      said[name] += text;
      rest.at(-1)?.();
      return true;
    };
    return () => Object.assign(stream, { write });
  });
  const status = await run(words);
  for (const give of restore) give();
  process.send({ status, ...said });
});
