import { afterEach, expect, it, vi } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { LinearIndex } from '../index.ts';
import { Survivors } from './survivors.ts';
import { WasmEngine } from './wasm.ts';

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

it('one memory refuses what passes its 4 GiB before anything is copied, and keeps what it has', () => {
  const engine = new WasmEngine(8);
  engine.append(Uint8Array.of(1, 2, 3));
  expect(() => engine.append(new Uint8Array(600_000_000))).toThrow(/do not fit into one index/); // 4.8 GB in words
  expect(engine.count).toBe(3);
  expect([...engine.read(0, 3)]).toEqual([1, 2, 3]);
  engine.append(Uint8Array.of(4));
  expect([...engine.read(2, 4)]).toEqual([3, 4]);
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
