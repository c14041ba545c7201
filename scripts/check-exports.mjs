/**
 * Checks the package as a user gets it: packs it, then on the tarball runs publint (fields and formats), attw (do the
 * types of every export resolve) and imports every export and the command from an unpacked copy.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problems = [];

function run(command, args, cwd = root) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim();
  if (status !== 0) problems.push(`${command} ${args.join(' ')}\n${output}`);
  return status === 0 ? stdout : undefined;
}

async function lint(tarball) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: new Uint8Array(bytes).buffer } });
  for (const message of messages) {
    // It would have `imports` for what browsers load: every tool here would then need a condition to find the sources.
    if (message.code === 'USE_EXPORTS_OR_IMPORTS_BROWSER') continue;
    problems.push(`publint: ${formatMessage(message, pkg)}`);
  }
}

/** The package is for ES modules: attw's rows about `require` are left out. */
function checkTypes(tarball) {
  const attw = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  run(process.execPath, [
    join(dirname(attw), 'dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
  ]);
}

/** Unpacked below `.cache/`, so that its dependencies resolve to the ones installed here. */
function importEverything(tarball, folder) {
  // A package of its own: inside this one, the name would mean this one's `dist/`.
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const installed = join(folder, 'node_modules', manifest.name);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  for (const path of readdirSync(installed, { recursive: true })) {
    if (/\.test\.|\.tsbuildinfo$/.test(path)) problems.push(`the package holds ${path}`);
  }
  for (const path of Object.entries(manifest.browser).flat()) {
    if (!existsSync(join(installed, path))) problems.push(`"browser" names ${path}, which the package lacks`);
  }
  for (const path of Object.keys(manifest.exports)) {
    if (path.endsWith('.json')) continue;
    const name = `${manifest.name}${path.slice(1)}`;
    const code = `const all = await import('${name}'); if (Object.keys(all).length === 0) throw new Error('${name} exports nothing');`;
    run(process.execPath, ['--input-type=module', '--eval', code], folder);
  }
  for (const file of Object.values(manifest.bin)) {
    const version = run(process.execPath, [join(installed, file), '--version'], folder);
    if (version !== undefined && version.trim() !== manifest.version)
      problems.push(`${file} --version says ${version.trim()}, package.json ${manifest.version}`);
  }
}

mkdirSync(join(root, '.cache'), { recursive: true });
const folder = mkdtempSync(join(root, '.cache', 'exports-'));
try {
  run(process.execPath, [join(root, 'scripts/setup.mjs')]);
  run('npm', ['pack', '--loglevel=error', '--pack-destination', folder]);
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (name !== undefined) {
    const tarball = join(folder, name);
    await lint(tarball);
    checkTypes(tarball);
    importEverything(tarball, folder);
    const kib = (statSync(tarball).size / 1024).toFixed(0);
    if (problems.length === 0) console.log(`${name}: ${kib} KiB; every export resolves, with types`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exit(1);
}
