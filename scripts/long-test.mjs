/** Tests that can take as long as one likes: their numbers from the command line, and one of them alone by vitest. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.join(import.meta.dirname, '..');

/** `--name N` for every name with its default; ends the program with 2 where it is no whole number from 1 to 999999. */
export function numbersOf(defaults) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: String(value) }]),
  );
  const { values } = parseArgs({ options });
  for (const [name, value] of Object.entries(values)) {
    if (/^[1-9]\d{0,5}$/.test(value)) continue;
    console.error(`--${name} must be a whole number from 1 to 999999, received ${value}`);
    process.exit(2);
  }
  return values;
}

const run = (file, args, env = {}) =>
  spawnSync(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  }).status;

/** Whether the test passed; the built program is made first. */
export function passes(args, env) {
  if (run('scripts/setup.mjs', []) !== 0) return false;
  return run('node_modules/vitest/vitest.mjs', ['run', ...args], env) === 0;
}
