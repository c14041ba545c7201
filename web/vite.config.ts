/** Builds the page to `dist/web/`: static files that any path can serve, since all addresses in them are relative. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = path.join(import.meta.dirname, '..');

/**
 * What only Node has stands in files with a twin for browsers; package.json names them as they are built, and here the
 * same are found among the sources.
 */
function browserTwins(): Plugin {
  const { browser } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const source = (built: string): string =>
    path.join(root, built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  const twins = new Map(
    Object.entries<string>(browser).map(([node, web]) => [source(node), source(web)] as const),
  );
  return {
    name: 'browser-twins',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!importer || !id.startsWith('.')) return undefined;
      return twins.get(path.resolve(path.dirname(importer), id));
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [browserTwins()],
  // ONNX Runtime and its WebAssembly (14 MB) are no part of this build: an exported site brings them beside it.
  resolve: { alias: { 'onnxruntime-web/wasm': path.join(import.meta.dirname, 'src/site/onnx-runtime.ts') } },
  build: {
    outDir: path.join(root, 'dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // `light-dark()` as it is written: every browser that runs the page's scripts well knows it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Data URIs of scripts would be against the page's own content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
