/**
 * Makes a clone ready to run: packages installed, kernels compiled, `dist/` built from today's sources.
 * Plain Node without packages, since it runs before there are any. Quiet and quick when there is nothing to do;
 * says what it does on stderr. Two runs at once take turns.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const say = (text) => console.error(`setup: ${text}`);
const lock = at('.cache', 'setup.lock');
const stamp = at('.cache', 'built.json');
const entry = at('dist', 'cli', 'main.js');
const kernels = at('src', 'search', 'kernels', 'generated', 'hamming.ts');
/** Of the program, and of the page. */
const SOURCES = /\.(tsx?|css|html|js|svg|json)$/;
/** A lock older than this belongs to a process that is gone, even where process numbers cannot tell (containers). */
const LOCK_MINUTES = 15;

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
  process.exit(2);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Compares what npm noted of its last install with the lock file; packages of other platforms may be absent. */
function packagesAreReady() {
  const wanted = readJson(at('package-lock.json'))?.packages ?? {};
  const present = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (!present) return false;
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    if (!found) {
      if (!optional && !devOptional) return false;
    } else if (found.version !== version || found.integrity !== integrity || !existsSync(at(path)))
      return false;
  }
  return true;
}

/** SHA-256 of everything that `dist/` is made from. */
function sourceDigest() {
  const hash = createHash('sha256');
  const add = (file) =>
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  const walk = (folder) => {
    for (const item of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, item.name);
      if (item.isDirectory()) {
        if (item.name !== 'generated') walk(path);
      } else if (SOURCES.test(item.name) && !item.name.endsWith('.test.ts')) add(path);
    }
  };
  walk(at('src'));
  walk(at('web'));
  for (const name of [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build-kernels.mjs',
  ])
    add(at(name));
  return hash.digest('hex');
}

/** The entry's time stands in for "nobody else has built into dist/ since". */
const builtAt = () => statSync(entry, { throwIfNoEntry: false })?.mtimeMs;

function buildIsReady(digest) {
  const built = readJson(stamp);
  return existsSync(kernels) && built?.digest === digest && built.at === builtAt();
}

function run(what, command, args, cleanUp = () => {}) {
  // The children's results are messages here: stdout belongs to whoever called set-up.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // A shell only where npm is a script that Windows cannot start itself.
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (status === 0) return;
  cleanUp();
  unlock();
  say(`${what} failed${error ? ` (${error.message})` : ''}`);
  process.exit(1);
}

/** npm of the run we are part of, on the Node we run on; else the one on the path. */
function npm(...args) {
  const path = process.env.npm_execpath;
  const cli =
    path && /^np[mx]-cli\.c?js$/.test(basename(path)) ? join(dirname(path), 'npm-cli.js') : undefined;
  if (cli && existsSync(cli)) run(`npm ${args[0]}`, process.execPath, [cli, ...args]);
  else run(`npm ${args[0]}`, 'npm', args);
}

function build(digest) {
  const draft = `dist.${process.pid}`;
  const drop = () => rmSync(at(draft), { recursive: true, force: true });
  drop();
  run('compiling the kernels', process.execPath, [at('scripts', 'build-kernels.mjs')]);
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  run(
    'tsc',
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--outDir', draft, '--noEmitOnError'],
    drop,
  );
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const page = ['build', 'web', '--outDir', at(draft, 'web'), '--logLevel', 'warn'];
  run('building the page', process.execPath, [vite, ...page], drop);
  // Build beside and swap: files of deleted sources go, and a failed build leaves the old one.
  const old = at(`dist.${process.pid}.old`);
  if (existsSync(at('dist'))) renameSync(at('dist'), old);
  renameSync(at(draft), at('dist'));
  rmSync(old, { recursive: true, force: true });
  writeFileSync(stamp, JSON.stringify({ digest, at: builtAt() }));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock or waits for whoever has it. The lock is a folder, because making one is atomic everywhere. */
function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const pid = Number(existsSync(join(lock, 'pid')) && readFileSync(join(lock, 'pid'), 'utf8'));
    // A lock without a number is being made right now, unless it has been so for a while.
    const left = pid > 0 ? !isAlive(pid) : age > 5_000;
    if (left || age > LOCK_MINUTES * 60_000) unlock();
    else {
      if (!waited) say(`waiting for another set-up (process ${pid || 'unknown'})`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200); // sleeps 200 ms
    }
  }
}

function unlock() {
  rmSync(lock, { recursive: true, force: true });
}

requireNode();
if (!packagesAreReady() || !buildIsReady(sourceDigest())) {
  takeLock();
  process.once('SIGINT', () => {
    unlock();
    process.exit(130);
  });
  try {
    const start = Date.now();
    if (!packagesAreReady()) {
      say('installing packages (npm ci)');
      npm('ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit', '--loglevel=error');
    }
    const digest = sourceDigest();
    if (!buildIsReady(digest)) {
      say('building dist/');
      build(digest);
    }
    say(`ready in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  } finally {
    unlock();
  }
}
