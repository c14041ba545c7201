/**
 * Compiles the AssemblyScript kernels of `src/search/kernels/assembly/` to WebAssembly and writes the bytes as
 * `src/search/kernels/generated/hamming.ts`, which is not in the repository. The module for a memory of its own and the
 * one for a memory that threads share differ in one byte, the flags of the imported memory: only its place is kept. Does
 * nothing when sources are unchanged.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kernels = join(root, 'src/search/kernels');
const assembly = join(kernels, 'assembly');
const target = join(kernels, 'generated/hamming.ts');
const { version } = createRequire(import.meta.url)('assemblyscript/package.json');

const FLAGS = [
  '--optimizeLevel=3',
  '--shrinkLevel=0',
  '--converge',
  '--runtime=stub',
  '--noAssert',
  '--use=abort=',
  '--importMemory',
  '--maximumMemory=65535',
];
const OWN = ['--enable=simd,bulk-memory'];
const SHARED = ['--enable=simd,bulk-memory,threads', '--sharedMemory'];
/** Flags of a memory with a maximum (WebAssembly core specification, 5.3.7; threads proposal). */
const OWN_FLAGS = 1;
const SHARED_FLAGS = 3;

/** Everything that the output depends on. */
async function digest() {
  const hash = createHash('sha256')
    .update(version)
    .update(await readFile(fileURLToPath(import.meta.url)));
  for (const name of (await readdir(assembly)).sort()) {
    if (name.endsWith('.ts')) hash.update(name).update(await readFile(join(assembly, name)));
  }
  return hash.digest('hex');
}

async function compile(flags) {
  const { default: asc } = await import('assemblyscript/asc'); // a second to load: only when there is work
  let binary;
  const { error, stderr } = await asc.main(
    ['hamming.ts', '--outFile=hamming.wasm', `--baseDir=${assembly}`, ...FLAGS, ...flags],
    {
      readFile: (name, base) => readFile(resolve(base, name), 'utf8').catch(() => null),
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) {
    console.error(`${error.message}\n${stderr.toString()}`);
    process.exit(1);
  }
  return binary;
}

const stamp = `// Made by scripts/build-kernels.mjs from sources with SHA-256 ${await digest()}. Do not edit.`;
const present = await readFile(target, 'utf8').catch(() => '');
if (!present.startsWith(stamp)) {
  const own = await compile(OWN);
  const shared = await compile(SHARED);
  const differing = [...own.keys()].filter((i) => own[i] !== shared[i]);
  const [place] = differing;
  const alike = own.length === shared.length && differing.length === 1;
  if (!alike || own[place] !== OWN_FLAGS || shared[place] !== SHARED_FLAGS) {
    console.error('kernels: the two modules differ in more than the flags of their memory');
    process.exit(1);
  }
  console.error(`kernels: ${own.length} bytes of WebAssembly`);
  const text = `${stamp}
/** WebAssembly module of ${own.length} bytes, two hexadecimal digits each: gzip makes less of them than of base64. */
export const HAMMING_WASM =
  '${Buffer.from(own).toString('hex')}';
/** Place of the byte that says what memory the module takes, and its values: own, shared. */
export const MEMORY_FLAGS = { place: ${place}, own: ${OWN_FLAGS}, shared: ${SHARED_FLAGS} };
`;
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, target); // whoever reads at the same time sees the old file or the new one, never half of it
}
