import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { LinearIndex } from '../index.ts';
import { Survivors } from './survivors.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('the WebAssembly kernel is taken where it runs', () => {
  const index = LinearIndex.from(Codes.fromBytes(new Uint8Array(8), { bits: 64 }));
  expect(index.engine).toBe('wasm');
});

it('without WebAssembly the TypeScript kernel answers', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const fresh = await import('../linear-index.ts');
  const codes = Codes.fromBytes(Uint8Array.of(1, 2, 4), { bits: 8 });
  const index = fresh.LinearIndex.from(codes);
  expect(index.engine).toBe('typescript');
  expect(await index.search(codes.slice(1, 2), { k: 1 })).toEqual([[{ id: 1, row: 1, distance: 0 }]]);
  expect(() => fresh.LinearIndex.from(codes, { engine: 'wasm' })).toThrow(/engine/);
});

it('a million codes are held in at most 1.1 times their bytes', () => {
  const bytes = new Uint8Array(8 * 1_000_000);
  const codes = Codes.fromBytes(bytes, { bits: 64 });
  for (const engine of ['wasm', 'typescript'] as const) {
    expect(LinearIndex.from(codes, { engine }).bytes).toBeLessThan(1.1 * bytes.length);
  }
});

it('codes beyond 4 GiB are refused before anything is copied', () => {
  const codes = Codes.fromBytes(new Uint8Array(600_000_000), { bits: 8 }); // 4.8 GB when padded to 64 bits
  expect(() => LinearIndex.from(codes, { engine: 'wasm' })).toThrow(/do not fit into one index/);
});

it('survivors come out by distance, then row, and no more than asked', () => {
  const survivors = new Survivors();
  survivors.append(Uint32Array.of(1, 4), Uint16Array.of(3, 0));
  survivors.push(6, 3);
  for (let row = 10; row < 1000; row++) survivors.push(row, 4 - (row % 2));
  const { rows, distances } = survivors.first(5, 8);
  expect([...rows]).toEqual([4, 1, 6, 11, 13]);
  expect([...distances]).toEqual([0, 3, 3, 3, 3]);
});

it('codes, search and metrics reach no Node built-in, so they run in a browser', async () => {
  const src = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(file, 'utf8');
    for (const [statement, target] of text.matchAll(/^(?:import|export)[^;]*?from '([^']+)';/gm)) {
      if (statement.startsWith('import type') || statement.startsWith('export type')) continue;
      expect(target, file).not.toMatch(/^node:/);
      if (target!.startsWith('.')) await visit(join(dirname(file), target!));
    }
  };
  for (const room of ['codes', 'search', 'evaluate/metrics']) await visit(join(src, room, 'index.ts'));
  expect(seen.size).toBeGreaterThan(15);
});
