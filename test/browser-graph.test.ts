import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as decode from '../src/encoders/decode.ts';
import * as decodeWeb from '../src/encoders/decode.web.ts';
import type * as ort from '../src/encoders/ort.ts';
import * as ortWeb from '../src/encoders/ort.web.ts';
import * as errorsHost from '../src/errors-host.ts';
import * as errorsHostWeb from '../src/errors-host.web.ts';
import type * as folder from '../src/model/folder.ts';
import * as folderWeb from '../src/model/folder.web.ts';
import type * as disk from '../src/search/files/disk.ts';
import * as diskWeb from '../src/search/files/disk.web.ts';
import type * as spawn from '../src/search/threads/spawn.ts';
import * as spawnWeb from '../src/search/threads/spawn.web.ts';

const root = path.join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What a browser may load from `unseen/…`. */
const ENTRIES = ['./codes', './evaluate', './model', './search'];
/** Nothing else may be reached: no built-in of Node, no `onnxruntime-node`, no `sharp`. */
const PACKAGES = ['onnxruntime-web/wasm', 'zod'];

/** The source of a file in `dist/`. */
const sourceOf = (built: string): string =>
  built.replace(/^\.\/dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts');

/** As bundlers read it: the file that a browser loads in place of another. */
const swaps = new Map(
  Object.entries<string>(manifest.browser).map(([node, web]) => [sourceOf(node), sourceOf(web)]),
);

const entryOf = (name: string): string => {
  const conditions = manifest.exports[name];
  return sourceOf(conditions.browser?.default ?? conditions.default);
};

/** What is left of the imports of a file when types are erased. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const still = /^(?:import|export)\s+(?!type\b)(?:[^;'"]*?\sfrom\s*)?'([^']+)'/gm;
  const dynamic = /\bimport\(\s*'([^']+)'/g;
  return [still, dynamic].flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1]!));
}

/** The way from an entry to each file and package that a browser would load. */
function reachedFrom(entry: string): Map<string, string> {
  const ways = new Map([[entry, entry]]);
  for (const [file, way] of ways) {
    if (!file.startsWith('src/') || file.includes('/generated/')) continue;
    for (const target of importsOf(file)) {
      const inside = path.posix.join(path.posix.dirname(file), target);
      const found = target.startsWith('.') ? (swaps.get(inside) ?? inside) : target;
      if (!ways.has(found)) ways.set(found, `${way} → ${found}`);
    }
  }
  return ways;
}

describe('what a browser loads', () => {
  it.each(ENTRIES)('of unseen%s reaches no Node, no native code and no other package', (name) => {
    const ways = reachedFrom(entryOf(name));
    const foreign = [...ways].filter(([file]) => !file.startsWith('src/') && !PACKAGES.includes(file));
    expect(foreign.map(([, way]) => way)).toEqual([]);
  });

  it('of unseen/model is the whole of it: manifest, text encoder, backbone, pictures', () => {
    const files = [...reachedFrom(entryOf('./model')).keys()];
    expect(files).toEqual(
      expect.arrayContaining([
        ...PACKAGES,
        ...[...swaps.values()].filter((file) => !file.startsWith('src/search/')),
        'src/model/manifest.ts',
        'src/encoders/text/word-encoder.ts',
        'src/encoders/backbone/backbone.ts',
        'src/encoders/gradients.ts',
      ]),
    );
  });

  it('of unseen/search is the whole of it: kernels, threads', () => {
    const files = [...reachedFrom(entryOf('./search')).keys()];
    const web = [...swaps.values()].filter((file) => file.startsWith('src/search/'));
    expect(web.length).toBeGreaterThan(0);
    expect(files).toEqual(expect.arrayContaining([...web, 'src/search/kernels/wasm.ts']));
  });

  it('is walked rightly: the same walk without the swaps finds what only Node has', () => {
    const found = importsOf('src/model/folder.ts').concat(importsOf('src/encoders/decode.ts'));
    expect(found).toEqual(expect.arrayContaining(['node:fs/promises', 'node:os', 'sharp']));
    expect(importsOf('src/encoders/ort.ts')).toEqual(['onnxruntime-node']);
  });
});

describe('the errors that browsers have no text for', () => {
  it('are thrown by no file that a browser loads', () => {
    const page = readdirSync(path.join(root, 'web/src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const folder = path.posix.dirname(`web/src/${file}`);
        return importsOf(`web/src/${file}`).map((target) => path.posix.join(folder, target));
      })
      .filter((file) => file.startsWith('src/'));
    const entries = [...ENTRIES.map(entryOf), entryOf('./client'), ...page];
    const files = entries.flatMap((entry) => [...reachedFrom(swaps.get(entry) ?? entry).keys()]);
    expect(page.length).toBeGreaterThan(2);
    const thrown = files
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) => {
        const text = readFileSync(path.join(root, file), 'utf8');
        return Object.keys(errorsHost.HOST_ERRORS).filter((code) => text.includes(`'${code}'`));
      });
    expect(thrown).toEqual([]);
  });
});

describe('the files that a browser loads in place of others', () => {
  /** The compiler holds each against the file that it stands for. */
  const twins: {
    'src/encoders/decode': typeof decode;
    'src/encoders/ort': typeof ort;
    'src/errors-host': typeof errorsHost;
    'src/model/folder': typeof folder;
    'src/search/files/disk': typeof disk;
    'src/search/threads/spawn': typeof spawn;
  } = {
    'src/encoders/decode': decodeWeb,
    'src/encoders/ort': ortWeb,
    'src/errors-host': errorsHostWeb,
    'src/model/folder': folderWeb,
    'src/search/files/disk': diskWeb,
    'src/search/threads/spawn': spawnWeb,
  };

  it('lie beside them, export what they export, and are all known here', () => {
    const expected = Object.keys(twins).map((name) => [`${name}.ts`, `${name}.web.ts`]);
    expect([...swaps].sort()).toEqual(expected);
    expect([...swaps.values()].filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
