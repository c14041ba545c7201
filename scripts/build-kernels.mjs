/**
 * Compiles the AssemblyScript kernels of `src/search/kernels/assembly/` to WebAssembly and writes the bytes as
 * `src/search/kernels/generated/hamming.ts`, which is not in the repository: once for a memory of its own, once for a
 * memory that threads share. Does nothing when sources are unchanged.
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
];
const VARIANTS = {
  HAMMING_WASM: ['--enable=simd,bulk-memory'],
  HAMMING_SHARED_WASM: ['--enable=simd,bulk-memory,threads', '--sharedMemory', '--maximumMemory=65535'],
};

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
  const modules = [];
  for (const [name, flags] of Object.entries(VARIANTS)) {
    const binary = await compile(flags);
    console.error(`kernels: ${name}, ${binary.length} bytes of WebAssembly`);
    modules.push(`/** WebAssembly module of ${binary.length} bytes, in base64. */
export const ${name} =
  '${Buffer.from(binary).toString('base64')}';
`);
  }
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, `${stamp}\n${modules.join('')}`);
  await rename(draft, target); // whoever reads at the same time sees the old file or the new one, never half of it
}
